/** A Redis and a PostgreSQL that belong to no compose project, reached through ports of the host. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { findFreePort } from '@nearby-friends/local-stack';

const run = promisify(execFile);
const docker = async (...args: readonly string[]) => (await run('docker', [...args])).stdout.trim();

export class ExternalServers {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly #network: string;
  readonly #containers: string[] = [];

  private constructor(network: string, host: string, ports: { redis: number; postgres: number }) {
    this.databaseUrl = `postgresql://nearby@${host}:${ports.postgres}/nearby_friends`;
    this.redisUrl = `redis://${host}:${ports.redis}`;
    this.#network = network;
  }

  /** `password` is that of PostgreSQL. */
  static async start(password: string): Promise<ExternalServers> {
    const network = `nearby-test-${randomBytes(4).toString('hex')}-outside`;
    await docker('network', 'create', network);
    // The host's address in a network of which no container of a project is part.
    const host = await docker('network', 'inspect', network, '--format', '{{(index .IPAM.Config 0).Gateway}}');
    const ports = { redis: await findFreePort(), postgres: await findFreePort() };
    const servers = new ExternalServers(network, host, ports);
    await servers.#run(
      ...['--publish', `${host}:${ports.redis}:6379`, 'redis:8-alpine'],
      ...['redis-server', '--bind', '0.0.0.0', '--protected-mode', 'no', '--save', ''],
    );
    await servers.#run(
      ...['--publish', `${host}:${ports.postgres}:5432`],
      ...['--env', 'POSTGRES_USER=nearby', '--env', 'POSTGRES_DB=nearby_friends'],
      ...['--env', `POSTGRES_PASSWORD=${password}`, 'postgres:18-alpine'],
    );
    return servers;
  }

  async stop(): Promise<void> {
    await docker('rm', '--force', '--volumes', ...this.#containers);
    await docker('network', 'rm', this.#network);
  }

  async #run(...args: readonly string[]): Promise<void> {
    this.#containers.push(await docker('run', '--detach', '--network', this.#network, ...args));
  }
}
