/** Every overlay says something that compose understands, and what has to be given by name. */
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const GIVEN = {
  JWT_SECRET_FILE: '/dev/null',
  POSTGRES_PASSWORD_FILE: '/dev/null',
  DATABASE_URL_FILE: '/dev/null',
  TLS_CERTIFICATE: '/dev/null',
  TLS_KEY: '/dev/null',
  GRAFANA_PASSWORD: 'x',
  JWKS_URL: 'https://keys.test/jwks.json',
};

function configured(overlay: string, env: Record<string, string>): Promise<unknown> {
  const files = ['-f', 'docker-compose.yml', '-f', `infra/docker/${overlay}`];
  return promisify(execFile)('docker', ['compose', ...files, 'config', '--quiet'], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
  });
}

it('all of them, and those that need something say what', async () => {
  const overlays = (await readdir(`${ROOT}/infra/docker`)).filter((name) => name.endsWith('.yml'));
  expect(overlays.sort()).toEqual([
    'development.yml',
    'jwks.yml',
    'observability.yml',
    'production.yml',
    'test.yml',
    'tls.yml',
    'tracing.yml',
  ]);
  for (const overlay of overlays) await configured(overlay, GIVEN);
  await expect(configured('production.yml', {})).rejects.toThrow(/JWT_SECRET_FILE|POSTGRES_PASSWORD_FILE|DATABASE_URL/);
  await expect(configured('tls.yml', {})).rejects.toThrow(/TLS_CERTIFICATE|TLS_KEY/);
  await expect(configured('jwks.yml', {})).rejects.toThrow(/JWKS_URL/);
  await expect(configured('observability.yml', {})).rejects.toThrow(/GRAFANA_PASSWORD/);
}, 60_000);
