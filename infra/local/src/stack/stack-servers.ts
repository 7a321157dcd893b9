/** The servers of a stack: its own PostgreSQL, Redis and nginx, or the given addresses. */

import type { ProgressSink } from '../machine/with-progress.ts';
import type { RestartableProcess } from '../processes/restartable-process.ts';
import { ensureDatabase } from '../servers/create-database.ts';
import { type Nginx, startNginx } from '../servers/nginx.ts';
import type { Upstreams } from '../servers/nginx-config.ts';
import { type Postgres, startPostgres } from '../servers/postgres.ts';
import { type Redis, startRedis } from '../servers/redis.ts';
import { migrate } from './migrate.ts';
import type { StackLog } from './stack-log.ts';
import type { CompleteStackOptions } from './stack-options.ts';

const DATABASE_NAME = 'nearby_friends';

export class StackServers {
  readonly #options: CompleteStackOptions;
  readonly #log: StackLog;
  #postgres: Postgres | undefined;
  #redis: Redis | undefined;
  #nginx: Nginx | undefined;
  #databaseUrl: string | undefined;
  #redisUrl: string | undefined;

  constructor(options: CompleteStackOptions, log: StackLog) {
    this.#options = options;
    this.#log = log;
    this.#databaseUrl = options.databaseUrl;
    this.#redisUrl = options.redisUrl;
  }

  get postgres(): Postgres | undefined {
    return this.#postgres;
  }

  get redis(): Redis | undefined {
    return this.#redis;
  }

  /** This and the two addresses throw before the server has started. */
  get nginx(): Nginx {
    return known('nginx', this.#nginx);
  }

  get databaseUrl(): string {
    return known('PostgreSQL', this.#databaseUrl);
  }

  get redisUrl(): string {
    return known('Redis', this.#redisUrl);
  }

  async startRedis(): Promise<void> {
    if (this.#redisUrl !== undefined) return;
    this.#redis = await startRedis({ ...this.#progress(), onLine: (line) => this.#log.print('redis', line) });
    this.#redisUrl = this.#redis.url;
  }

  /** Starts PostgreSQL unless one was given, and brings its schema up to date. */
  async startDatabase(): Promise<void> {
    if (this.#databaseUrl === undefined) this.#databaseUrl = await this.#startPostgres();
    await migrate({
      entryPoint: this.#options.entryPoints.migrate,
      databaseUrl: this.#databaseUrl,
      onLine: (line) => this.#log.print('migrate', line),
    });
  }

  async startNginx(upstreams: Upstreams): Promise<void> {
    const { port, hosts, trustedProxies, env } = this.#options;
    this.#nginx = await startNginx({
      ...(port === undefined ? {} : { port }),
      hosts,
      trustedProxies,
      signIn: { ...env.all, ...env.nginx },
      ...upstreams,
      ...this.#progress(),
      onLine: (line) => this.#log.print('nginx', line),
    });
  }

  /** nginx stops accepting connections. */
  quitNginx(): void {
    this.#nginx?.quit();
  }

  async stopNginx(deadlineMs?: number): Promise<void> {
    await this.#nginx?.stop(deadlineMs);
  }

  async stopData(): Promise<void> {
    await Promise.all([this.#postgres?.stop(), this.#redis?.stop()]);
  }

  /** The stack's own servers that have been started. */
  processes(): RestartableProcess[] {
    const servers = [this.#postgres, this.#redis, this.#nginx].filter((server) => server !== undefined);
    return servers.map(({ process }) => process);
  }

  async #startPostgres(): Promise<string> {
    const { dataDir } = this.#options;
    this.#postgres = await startPostgres({
      ...(dataDir === undefined ? {} : { dir: dataDir, persistent: true }),
      ...this.#progress(),
      onLine: (line) => this.#log.print('postgres', line),
    });
    return await ensureDatabase(this.#postgres.url, DATABASE_NAME);
  }

  #progress(): { progress?: ProgressSink } {
    return this.#options.progress === undefined ? {} : { progress: this.#options.progress };
  }
}

function known<T>(title: string, part: T | undefined): T {
  if (part === undefined) throw new Error(`The stack's ${title} is not up yet.`);
  return part;
}
