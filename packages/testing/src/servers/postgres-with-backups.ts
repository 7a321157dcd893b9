/** A PostgreSQL of the system that is backed up and restored as an operator does it: with pg_dump and pg_restore. */
import { execFile, spawn } from 'node:child_process';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createDatabase, ensurePostgresTools, findFreePort, plainEnvironment } from '@nearby-friends/local-stack';
import { Client } from 'pg';
import { eventually } from '../plain/eventually.ts';

const run = promisify(execFile);
/** PostgreSQL refuses to run as root. */
const UNPRIVILEGED = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
const UP_TIMEOUT_MS = 20_000;

export interface PostgresWithBackups {
  readonly databaseUrl: string;
  backUp(): Promise<void>;
  /** Brings the database back to the last backup, whichever clients are connected. */
  restore(): Promise<void>;
  stop(): Promise<void>;
}

export async function startPostgresWithBackups(): Promise<PostgresWithBackups> {
  const tools = await ensurePostgresTools();
  const folder = await mkdtemp(path.join(tmpdir(), 'nearby-backups-'));
  await chmod(folder, 0o755);
  const { uid, gid } = UNPRIVILEGED;
  if (uid !== undefined && gid !== undefined) await chown(folder, uid, gid);
  const options = { env: plainEnvironment(tools.env), cwd: folder, ...UNPRIVILEGED };
  const data = path.join(folder, 'data');
  await run(tools.initdb, ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'], options);
  const port = await findFreePort();
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', 'max_connections=200'];
  const args = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
  const server = spawn(tools.postgres, args, { ...options, stdio: 'ignore' });
  const hasExited = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const adminUrl = `postgresql://postgres@127.0.0.1:${port}/postgres`;
  await eventually(() => connectOnce(adminUrl), UP_TIMEOUT_MS);
  const { url } = await createDatabase(adminUrl);
  const file = path.join(folder, 'nearby.dump');
  return {
    databaseUrl: url,
    backUp: async () => void (await run(tools.pg_dump, ['-Fc', '-f', file, url], options)),
    restore: async () => {
      const how = ['--clean', '--if-exists', '--single-transaction', '--exit-on-error'];
      await run(tools.pg_restore, ['-d', url, ...how, file], options);
    },
    async stop() {
      server.kill('SIGINT');
      await hasExited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function connectOnce(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  // A lost connection: the query rejects.
  client.on('error', () => undefined);
  await client.connect();
  await client.end();
}
