/** The system with a Redis and a PostgreSQL elsewhere: neither is started, and both are reached from the containers. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ComposeProject } from './compose-project.ts';
import { createTestToken } from './create-test-token.ts';
import { ExternalServers } from './external-servers.ts';

const OVERLAYS = ['production', 'external-redis', 'external-postgres'].map((overlay) => `infra/docker/${overlay}.yml`);
const SECRET = 'a secret of the tests, long enough';
const PASSWORD = 'a/b#c?d%e';

let folder: string;
let servers: ExternalServers;
let project: ComposeProject;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nearby-external-'));
  await writeFile(path.join(folder, 'jwt'), SECRET, { mode: 0o644 });
  await writeFile(path.join(folder, 'password'), PASSWORD, { mode: 0o644 });
  servers = await ExternalServers.start(PASSWORD);
  project = await ComposeProject.up(
    {
      JWT_SECRET_FILE: path.join(folder, 'jwt'),
      POSTGRES_PASSWORD_FILE: path.join(folder, 'password'),
      DATABASE_URL: servers.databaseUrl,
      REDIS_URL: servers.redisUrl,
    },
    ['docker-compose.yml', ...OVERLAYS],
  );
}, 600_000);
afterAll(async () => {
  await project?.down();
  await servers?.stop();
  await rm(folder, { recursive: true, force: true });
}, 120_000);

it('serves the API, and starts no Redis and no PostgreSQL of its own', async () => {
  const response = await fetch(`${project.url}/api/v1/me`, {
    headers: { authorization: `Bearer ${await createTestToken('ann', SECRET)}` },
  });
  expect(response.status).toBe(200);
  const services = new Set((await project.containers()).map(({ service }) => service));
  expect([...services].sort()).toEqual([
    'alerts',
    'friend-graph',
    'gateway',
    'ingest',
    'location',
    'migrate',
    'nginx',
    'page',
  ]);
});
