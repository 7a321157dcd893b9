/** The folder of nginx's configuration, as containers mount it. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ROOT } from './compose-config.ts';

const run = promisify(execFile);
const FOLDER = path.join(ROOT, 'infra/nginx/compose');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nginx-folder-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function printResolver(resolvConf: string, env: Record<string, string> = {}): Promise<string> {
  const file = path.join(folder, 'resolv.conf');
  await writeFile(file, resolvConf);
  const { stdout } = await run('sh', [path.join(FOLDER, 'print-resolver'), file], {
    env: { PATH: process.env['PATH'], ...env },
  });
  return stdout;
}

describe('the configuration of nginx in containers', () => {
  it('is the one at the top of the project, and has every file that it includes', async () => {
    // A tool that replaces the link, such as `sed -i`, edits a file that no container reads.
    expect(await readlink(path.join(ROOT, 'nginx.conf'))).toBe('infra/nginx/compose/nginx.conf');
    const text = await readFile(path.join(FOLDER, 'nginx.conf'), 'utf8');
    const included = [...text.matchAll(/^\s*include (\S+);$/gm)].map(([, name]) => name ?? '');
    expect(included.length).toBeGreaterThan(5);
    for (const name of included) expect((await stat(path.join(FOLDER, name))).isFile()).toBe(true);
  });
});

describe('the DNS server of the containers', () => {
  const rest = 'valid=1s ipv6=off;\nresolver_timeout 1s;\n';

  it.each([
    ['Docker', 'search example.org\nnameserver 127.0.0.11\noptions ndots:0\n', '127.0.0.11'],
    ['Podman, two networks', 'nameserver 10.89.0.1\nnameserver 10.89.1.1\n', '10.89.0.1 10.89.1.1'],
    ['IPv6', '# a comment\nnameserver fd00::53\nnameserver fe80::1%eth0\n', '[fd00::53]'],
  ])('is that of the container: %s', async (_, resolvConf, servers) => {
    expect(await printResolver(resolvConf)).toBe(`resolver ${servers} ${rest}`);
  });

  it('is NGINX_RESOLVER where it is set', async () => {
    const env = { NGINX_RESOLVER: '10.1.1.1:5353 [fd00::1]' };
    expect(await printResolver('nameserver 127.0.0.11\n', env)).toBe(`resolver 10.1.1.1:5353 [fd00::1] ${rest}`);
    expect(await printResolver('nameserver 127.0.0.11\n', { NGINX_RESOLVER: '' })).toMatch(/^resolver 127/);
  });

  it('is asked for where there is none', async () => {
    await expect(printResolver('search example.org\n')).rejects.toThrow(/names no DNS server.*set NGINX_RESOLVER/);
  });
});
