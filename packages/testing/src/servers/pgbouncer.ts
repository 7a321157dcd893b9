/** A PgBouncer before a PostgreSQL, with the defaults of its makers except what a test sets. */
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensurePgBouncerBinary, findFreePort, plainEnvironment } from '@nearby-friends/local-stack';
import { eventually } from '../plain/eventually.ts';

const UP_TIMEOUT_MS = 20_000;

export interface PgBouncer {
  /** The same database and user, through PgBouncer. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * `settings` are lines of its section `[pgbouncer]`, for example `{ pool_mode: 'transaction' }`. Every user of PostgreSQL
 * must be allowed in without a password.
 */
export async function startPgBouncer(
  databaseUrl: string,
  settings: Readonly<Record<string, string | number>> = {},
): Promise<PgBouncer> {
  const { command, env } = await ensurePgBouncerBinary();
  const folder = await mkdtemp(path.join(tmpdir(), 'nearby-pgbouncer-'));
  // As root it reads its files and then becomes another user.
  await chmod(folder, 0o755);
  const port = await findFreePort();
  const target = new URL(databaseUrl);
  const all = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'trust',
    auth_file: path.join(folder, 'users.txt'),
    ...(process.getuid?.() === 0 ? { user: 'nobody' } : {}),
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
  const file = path.join(folder, 'pgbouncer.ini');
  await writeFile(path.join(folder, 'users.txt'), `"${target.username}" ""\n`);
  await writeFile(
    file,
    `[databases]\n* = host=${target.hostname} port=${target.port}\n[pgbouncer]\n${lines.join('\n')}\n`,
  );
  const server = spawn(command, ['-q', file], { env: plainEnvironment(env), stdio: 'ignore' });
  const hasExited = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const url = new URL(databaseUrl);
  url.port = String(port);
  const stop = async () => {
    server.kill('SIGTERM');
    await hasExited;
    await rm(folder, { recursive: true, force: true });
  };
  await eventually(() => canConnect(port), UP_TIMEOUT_MS).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { url: url.href, stop };
}

function canConnect(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}
