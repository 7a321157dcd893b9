/** The overlays for real use: secrets from files, no tokens for the asking, HTTPS with HTTP/2. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:http2';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { io } from 'socket.io-client';
import { FERRY_BUILDING } from '../plain/places.ts';
import { ComposeProject } from './compose-project.ts';
import { createTestToken } from './create-test-token.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const OVERLAYS = ['docker-compose.yml', 'infra/docker/production.yml', 'infra/docker/tls.yml'];
const secret = randomBytes(32).toString('hex');
const password = randomBytes(16).toString('hex');

let folder: string;
let project: ComposeProject;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nearby-production-'));
  // nginx reads its certificate there as user 101.
  await chmod(folder, 0o755);
  const files = {
    jwt: `${secret}\n`,
    password,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text, { mode: 0o644 });
  await promisify(execFile)(path.join(ROOT, 'infra/docker/self-signed'), [folder]);
  project = await ComposeProject.up(
    {
      JWT_SECRET_FILE: path.join(folder, 'jwt'),
      POSTGRES_PASSWORD_FILE: path.join(folder, 'password'),
      TLS_FOLDER: folder,
    },
    OVERLAYS,
  );
}, 600_000);
afterAll(async () => {
  await project?.down();
  await rm(folder, { recursive: true, force: true });
}, 120_000);

const token = () => createTestToken('ann', secret);

/** One request over HTTP/2; the certificate is the test's own. */
async function ask(headers: Record<string, string>): Promise<{ status: number; protocol: string | undefined }> {
  const session = connect(`https://localhost:${project.port}`, { rejectUnauthorized: false });
  try {
    return await new Promise((resolve, reject) => {
      session.on('error', reject);
      const stream = session.request(headers);
      stream.on('error', reject).on('response', (answer) => {
        resolve({ status: Number(answer[':status']), protocol: session.alpnProtocol });
      });
      stream.end();
    });
  } finally {
    session.close();
  }
}

describe('in production', () => {
  it('the API speaks HTTP/2 over TLS, knows whose token it is, and gives none away', async () => {
    const authorization = `Bearer ${await token()}`;
    expect(await ask({ ':path': '/api/v1/me', authorization })).toEqual({ status: 200, protocol: 'h2' });
    expect((await ask({ ':path': '/api/v1/me' })).status).toBe(401);
    expect((await ask({ ':path': '/api/v1/dev/tokens', ':method': 'POST', authorization })).status).toBe(404);
  });

  it('a client connects over wss and reports', async () => {
    const socket = io(`https://localhost:${project.port}`, {
      auth: { token: await token() },
      transports: ['websocket'],
      rejectUnauthorized: false,
    });
    try {
      expect(await socket.timeout(5_000).emitWithAck('location:update', FERRY_BUILDING)).toMatchObject({ ok: true });
    } finally {
      socket.disconnect();
    }
  });

  it('no secret stands in the environment of a container', async () => {
    for (const { id, service } of await project.containers()) {
      const environment = await project.docker('inspect', '--format', '{{.Config.Env}}', id);
      expect([service, environment.includes(secret) || environment.includes(password)]).toEqual([service, false]);
    }
  });

  it('nothing starts without the secrets being named', async () => {
    const create = (env: Record<string, string>) =>
      promisify(execFile)('docker', ['compose', 'create', '--no-build', 'gateway'], {
        cwd: ROOT,
        env: {
          PATH: process.env['PATH'],
          HOME: process.env['HOME'],
          COMPOSE_FILE: OVERLAYS.slice(0, 2).join(':'),
          COMPOSE_PROJECT_NAME: `${project.name}-without`,
          ...env,
        },
      });
    await expect(create({ JWT_SECRET_FILE: path.join(folder, 'jwt') })).rejects.toThrow(/POSTGRES_PASSWORD_FILE/);
    await expect(create({ POSTGRES_PASSWORD_FILE: path.join(folder, 'password') })).rejects.toThrow(/JWT_SECRET_FILE/);
    await project.docker('compose', '-p', `${project.name}-without`, 'down');
  });
});
