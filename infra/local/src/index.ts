/** The stack without Docker, as a library: for `npm start`, for end-to-end tests and for the simulator. */

export { ensureChromium } from './binaries/chromium-binary.ts';
export { type Executable, plainEnvironment } from './binaries/executable.ts';
export { ensureNginxBinary } from './binaries/nginx-binary.ts';
export { ensurePgBouncerBinary } from './binaries/pgbouncer-binary.ts';
export { ensurePostgresBinaries, type PostgresBinaries } from './binaries/postgres-binaries.ts';
export { ensurePostgresTools, type PostgresTools } from './binaries/postgres-tools.ts';
export { ensurePrometheusBinaries, type PrometheusBinaries } from './binaries/prometheus-binary.ts';
export { ensureRedisBinary } from './binaries/redis-binary.ts';
export { findFreePort } from './machine/find-free-port.ts';
export { RemedyError } from './machine/remedy-error.ts';
export { createDatabase, type Database, ensureDatabase, type NewDatabaseOptions } from './servers/create-database.ts';
export {
  availableFrontProxies,
  type FrontProxy,
  type FrontProxyProgram,
  startFrontProxy,
} from './servers/front-proxy.ts';
export { type Nginx, type NginxOptions, startNginx } from './servers/nginx.ts';
export type { UpstreamServer, Upstreams } from './servers/nginx-config.ts';
export { type Postgres, type PostgresOptions, startPostgres } from './servers/postgres.ts';
export { type Redis, type RedisOptions, startRedis } from './servers/redis.ts';
export { migrate } from './stack/migrate.ts';
export {
  type ListeningServiceHandle,
  type ServiceHandle,
  type ServiceName,
  ServiceProcess,
  type ServiceProcessOptions,
} from './stack/service-process.ts';
export type { Stack } from './stack/stack.ts';
export {
  checkEntryPoints,
  type EntryPoints,
  type Environment,
  makeSecret,
  REAL_ENTRY_POINTS,
  type StackOptions,
} from './stack/stack-options.ts';
export { startStack } from './stack/start-stack.ts';
export { main } from './start/start.ts';
