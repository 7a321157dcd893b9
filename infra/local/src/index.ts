/** The stack without Docker, as a library: for `npm start`, for end-to-end tests and for the simulator. */

export { ensureChromium } from './binaries/chromium-binary.ts';
export { type Executable, plainEnvironment } from './binaries/executable.ts';
export { ensureNginxBinary } from './binaries/nginx-binary.ts';
export { ensurePostgresBinaries, type PostgresBinaries } from './binaries/postgres-binaries.ts';
export { ensurePrometheusBinaries, type PrometheusBinaries } from './binaries/prometheus-binary.ts';
export { ensureRedisBinary } from './binaries/redis-binary.ts';
export { findFreePort } from './free-port.ts';
export { migrate } from './migration.ts';
export { type Nginx, type NginxOptions, startNginx } from './nginx.ts';
export type { UpstreamServer, Upstreams } from './nginx-config.ts';
export { type Postgres, type PostgresOptions, startPostgres } from './postgres.ts';
export { createDatabase, type Database, ensureDatabase, type NewDatabaseOptions } from './postgres-database.ts';
export { type Redis, type RedisOptions, startRedis } from './redis.ts';
export { RemedyError } from './remedy-error.ts';
export {
  type ListeningServiceHandle,
  type ServiceHandle,
  type ServiceName,
  ServiceProcess,
  type ServiceProcessOptions,
} from './service-process.ts';
export { type Stack, startStack } from './stack.ts';
export {
  checkEntryPoints,
  type EntryPoints,
  type Environment,
  makeSecret,
  REAL_ENTRY_POINTS,
  type StackOptions,
} from './stack-options.ts';
export { main } from './start.ts';
