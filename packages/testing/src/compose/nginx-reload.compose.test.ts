/** An edit of nginx's configuration counts after a reload, also by an editor that replaces the file. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, cp, mkdir, mkdtemp, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { findFreePort } from '@nearby-friends/local-stack';
import { eventually } from '../plain/eventually.ts';
import { ROOT } from './compose-config.ts';

let folder: string;
let port: number;

beforeAll(async () => {
  // A copy: tests never edit the project.
  folder = await mkdtemp(path.join(tmpdir(), 'nearby-reload-'));
  await chmod(folder, 0o755);
  await mkdir(path.join(folder, 'infra'));
  await cp(path.join(ROOT, 'infra/nginx'), path.join(folder, 'infra/nginx'), { recursive: true });
  await cp(path.join(ROOT, 'docker-compose.yml'), path.join(folder, 'docker-compose.yml'));
  await symlink('infra/nginx/compose/nginx.conf', path.join(folder, 'nginx.conf'));
  port = await findFreePort();
  await compose('up', '--detach', '--no-deps', 'nginx');
}, 120_000);
afterAll(async () => {
  await compose('down', '--volumes');
  await rm(folder, { recursive: true, force: true });
}, 60_000);

const name = `nearby-test-${randomBytes(4).toString('hex')}`;

async function compose(...args: readonly string[]): Promise<string> {
  const env = { ...process.env, NEARBY_PORT: String(port), COMPOSE_PROJECT_NAME: name };
  return (await promisify(execFile)('docker', ['compose', ...args], { cwd: folder, env })).stdout;
}

/** As an editor does that follows links: it writes another file and gives it the name of the edited one. */
async function edit(file: string, change: (text: string) => string): Promise<void> {
  const edited = await realpath(path.join(folder, file));
  await writeFile(`${edited}.new`, change(await readFile(edited, 'utf8')));
  await rename(`${edited}.new`, edited);
}

it('takes over an edited nginx.conf and an edited file that it includes', async () => {
  const ask = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/nowhere`);
    return { edited: response.headers.get('x-edited'), body: await response.text() };
  };
  await eventually(async () => expect(await ask()).toMatchObject({ edited: null }), 30_000);
  await edit('nginx.conf', (text) => text.replaceAll('There is no such thing', 'Edited'));
  await edit('infra/nginx/compose/page.conf', (text) => `${text}add_header X-Edited yes always;\n`);
  await compose('exec', '-T', 'nginx', 'nginx', '-s', 'reload');
  await eventually(
    async () => expect(await ask()).toEqual({ edited: 'yes', body: expect.stringContaining('"title":"Edited"') }),
    30_000,
  );
}, 120_000);
