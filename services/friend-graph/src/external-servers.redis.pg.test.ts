/** friend-graph with a Redis and a PostgreSQL elsewhere, over TLS, as infra/docker/external-*.yml runs it. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmod, chown, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { findFreePort, type Redis, startRedis } from '@nearby-friends/local-stack';
import { eventually } from '@nearby-friends/testing/eventually';
import { useDatabase } from './database/database.testing.ts';

const fileOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const START_TIMEOUT_MS = 60_000;

const database = useDatabase();
const running: ChildProcess[] = [];
let folder: string;
let redis: Redis;
let env: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nearby-external-'));
  await chmod(folder, 0o755);
  await promisify(execFile)(fileOf('../../../infra/docker/self-signed'), [folder]);
  const [certificate, key] = [path.join(folder, 'certificate.pem'), path.join(folder, 'key.pem')];
  const [port, opsPort, tlsPort] = [await findFreePort(), await findFreePort(), await findFreePort()];
  redis = await startRedis({
    args: [
      ...['--tls-port', String(tlsPort), '--tls-cert-file', certificate, '--tls-key-file', key],
      ...['--tls-ca-cert-file', certificate, '--tls-auth-clients', 'no', '--requirepass', 'a/b#c?d%e'],
    ],
  });
  await writeFile(
    path.join(folder, 'redis-url'),
    `rediss://:${encodeURIComponent('a/b#c?d%e')}@localhost:${tlsPort}\n`,
  );
  env = {
    PORT: String(port),
    OPS_PORT: String(opsPort),
    REDIS_URL_FILE: path.join(folder, 'redis-url'),
    DATABASE_URL_FILE: path.join(folder, 'database-url'),
    JWT_SECRET: 'a secret of the tests, long enough',
  };
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});
afterAll(async () => {
  await redis?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Lets the server of the test accept TLS, and no connection over TCP without it. */
async function requireTls(): Promise<void> {
  const keyOfServer = path.join(folder, 'postgres.pem');
  await copyFile(path.join(folder, 'key.pem'), keyOfServer);
  await chmod(keyOfServer, 0o600);
  // Root runs PostgreSQL as another user.
  if (process.getuid?.() === 0) await chown(keyOfServer, 65_534, 65_534);
  await database.query(`ALTER SYSTEM SET ssl_cert_file = '${path.join(folder, 'certificate.pem')}'`);
  await database.query(`ALTER SYSTEM SET ssl_key_file = '${keyOfServer}'`);
  await database.query(`ALTER SYSTEM SET ssl = on`);
  await database.query('SELECT pg_reload_conf()');
  await eventually(async () => expect(await database.query('SHOW ssl')).toEqual([{ ssl: 'on' }]));
  const url = new URL(database.url);
  url.hostname = 'localhost';
  url.searchParams.set('sslmode', 'verify-full');
  await writeFile(path.join(folder, 'database-url'), `${url.href}\n`);
}

function start(more: Record<string, string>): Record<string, unknown>[] {
  const loader = fileOf('../../../packages/service-kit/src/process/run-typescript.testing.mjs');
  const child = spawn(process.execPath, ['--conditions', 'nearby-source', '--import', loader, fileOf('main.ts')], {
    env: { PATH: process.env['PATH'], ...env, ...more },
  });
  running.push(child);
  const lines: Record<string, unknown>[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)));
  return lines;
}

it('reaches both with the certificate of their authority, and says what it lacks without', async () => {
  await requireTls();
  const untrusting = start({});
  await eventually(
    () =>
      expect(untrusting).toContainEqual(
        expect.objectContaining({
          msg: 'waiting for PostgreSQL',
          reason: 'the certificate of the server is not trusted',
          remedy: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
        }),
      ),
    START_TIMEOUT_MS,
  );
  running[0]?.kill('SIGKILL');

  const lines = start({ NODE_EXTRA_CA_CERTS: path.join(folder, 'certificate.pem') });
  await eventually(() => expect(lines.map(({ msg }) => msg)).toContain('started'), START_TIMEOUT_MS);
  const encrypted = await database.query<{ application_name: string }>(
    `SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name LIKE 'friend-graph:%'`,
  );
  expect(encrypted).toEqual([{ ssl: true }]);
  const response = await fetch(`http://127.0.0.1:${env['OPS_PORT']}/ready`);
  expect(await response.text()).not.toMatch(/postgresql|redis/);
}, 150_000);
