/** The options of a stack, and the environment that each process gets from them. */
import { randomBytes } from 'node:crypto';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { plainEnvironment } from '../binaries/executable.ts';
import { checkoutRoot } from '../machine/local-folder.ts';
import { RemedyError } from '../machine/remedy-error.ts';
import type { ProgressSink } from '../machine/with-progress.ts';
import type { LogFormat } from './format-log-line.ts';
import type { ServiceName } from './service-process.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The JavaScript files that are run. */
export type EntryPoints = Readonly<Record<ServiceName | 'migrate' | 'residents', string>>;

export interface StackOptions {
  /** How many processes of each service. Default: 2 each, and of ingest and alerts none. */
  readonly gateways?: number;
  readonly locations?: number;
  readonly friendGraphs?: number;
  readonly ingests?: number;
  readonly alerts?: number;
  /** How many simulated people live on the map, as real clients; they start when all else is ready. Default: 0. */
  readonly people?: number;
  /** Seconds between the position updates of one of them while moving. Default: 2. */
  readonly reportSeconds?: number;
  /** The public port, nginx's. Default: a free one. */
  readonly port?: number | undefined;
  /** Addresses nginx listens on. Default: 127.0.0.1. */
  readonly hosts?: readonly string[];
  /** Proxies whose X-Forwarded-For is trusted. Default: this machine, the only one that can connect. */
  readonly trustedProxies?: readonly string[];
  /** An existing database; the migration runs on it. Default: a new server of the stack. */
  readonly databaseUrl?: string | undefined;
  /** An existing Redis. Default: a new server of the stack. */
  readonly redisUrl?: string | undefined;
  /** Where the stack's own PostgreSQL keeps its data. Default: a temporary folder, removed with the stack. */
  readonly dataDir?: string | undefined;
  /** At least 32 characters. Default: random. */
  readonly jwtSecret?: string;
  /** Default: the services' own, 600 s. */
  readonly positionTtlSeconds?: number | undefined;
  /** More environment, for all services and for each; for nginx the settings of the page's sign-in. */
  readonly env?: { readonly [group in ServiceName | 'all' | 'residents' | 'nginx']?: Environment };
  /** Receives the stack's log, one readable line at a time. Default: none, see the handles' `logs`. */
  readonly log?: ((line: string) => void) | undefined;
  readonly logFormat?: LogFormat;
  /** Called when a process was restarted, since its pid has changed. */
  readonly onRestarted?: ((name: string) => void) | undefined;
  readonly progress?: ProgressSink | undefined;
  /** How long a process may take until it is ready, in milliseconds. Default: 90 s. */
  readonly readyDeadlineMs?: number;
  /** How long a service may take to stop, in milliseconds, before it is killed. Default: 27 s. */
  readonly stopDeadlineMs?: number;
  /** Aborts starting; the promise then rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Other files to run; for the stack's own tests. */
  readonly entryPoints?: Partial<EntryPoints>;
}

/** The build output of the services. */
export const REAL_ENTRY_POINTS: EntryPoints = {
  gateway: path.join(checkoutRoot, 'services/gateway/dist/main.js'),
  location: path.join(checkoutRoot, 'services/location/dist/main.js'),
  'friend-graph': path.join(checkoutRoot, 'services/friend-graph/dist/main.js'),
  ingest: path.join(checkoutRoot, 'services/ingest/dist/main.js'),
  alerts: path.join(checkoutRoot, 'services/alerts/dist/main.js'),
  migrate: path.join(checkoutRoot, 'services/friend-graph/dist/commands/migrate.js'),
  residents: path.join(checkoutRoot, 'packages/simulator/dist/residents.js'),
};

const DEFAULTS = {
  gateways: 2,
  locations: 2,
  friendGraphs: 2,
  ingests: 0,
  alerts: 0,
  people: 0,
  reportSeconds: 2,
  port: undefined,
  hosts: ['127.0.0.1'],
  trustedProxies: ['127.0.0.1/32', '::1/128'],
  databaseUrl: undefined,
  redisUrl: undefined,
  dataDir: undefined,
  positionTtlSeconds: undefined,
  env: {},
  log: undefined,
  logFormat: { colour: false },
  onRestarted: undefined,
  progress: undefined,
  // Gateways wait for friend-graph, which waits for the database to be prepared: half a minute on a loaded machine.
  readyDeadlineMs: 90_000,
  // More than the 25 s after which a service ends by itself (STOP_DEADLINE_SECONDS).
  stopDeadlineMs: 27_000,
  signal: undefined,
} as const satisfies StackOptions;

export type CompleteStackOptions = Required<Omit<StackOptions, 'entryPoints'>> & { readonly entryPoints: EntryPoints };

export function completeOptions(options: StackOptions): CompleteStackOptions {
  return {
    ...DEFAULTS,
    jwtSecret: makeSecret(),
    ...options,
    entryPoints: { ...REAL_ENTRY_POINTS, ...options.entryPoints },
  };
}

/** A secret for signing tokens: 256 random bits. */
export function makeSecret(): string {
  return randomBytes(32).toString('hex');
}

/** Rejects when an entry point is missing. The residents' may be missing: the stack works without them. */
export async function checkEntryPoints({ residents: _, ...entryPoints }: EntryPoints): Promise<void> {
  for (const [what, file] of Object.entries(entryPoints)) {
    await access(file).catch((cause: unknown) => {
      throw new RemedyError(`The program of ${what} (${file}) is not built.`, 'Run `npm run build`.', { cause });
    });
  }
}

/** The environment of a process of that service, without its name and ports. */
export function serviceEnvironment(
  service: ServiceName,
  { env, positionTtlSeconds, jwtSecret }: CompleteStackOptions,
  servers: { readonly redisUrl: string; readonly databaseUrl: string },
): Environment {
  const ttl = positionTtlSeconds === undefined ? {} : { POSITION_TTL_SECONDS: String(positionTtlSeconds) };
  const own: Readonly<Record<ServiceName, () => Environment>> = {
    gateway: () => ({ JWT_SECRET: jwtSecret, ...ttl }),
    location: () => ttl,
    ingest: () => ({ JWT_SECRET: jwtSecret, ...ttl }),
    alerts: () => ttl,
    // Only this one waits for the database: the others start before it.
    'friend-graph': () => ({ JWT_SECRET: jwtSecret, DATABASE_URL: servers.databaseUrl, DEV_TOKENS: 'true' }),
  };
  return {
    ...plainEnvironment(),
    NODE_ENV: 'development',
    LOG_LEVEL: 'info',
    ...env.all,
    REDIS_URL: servers.redisUrl,
    ...own[service](),
    ...env[service],
  };
}

/** The residents' environment: the secret to sign in as any user, and the database for their friendships. */
export function residentsEnvironment(
  { env, jwtSecret }: CompleteStackOptions,
  { databaseUrl }: { readonly databaseUrl: string },
): Environment {
  const { JWT_AUDIENCE, JWT_ISSUER } = env.all ?? {};
  return {
    ...plainEnvironment(),
    JWT_SECRET: jwtSecret,
    JWT_AUDIENCE,
    JWT_ISSUER,
    DATABASE_URL: databaseUrl,
    ...env.residents,
  };
}
