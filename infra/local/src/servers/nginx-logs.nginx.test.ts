/** What nginx logs about requests: routes, and nothing of a user. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkoutRoot } from '../machine/local-folder.ts';
import { send } from '../test-support/http-client.ts';
import { startUpstream, type TestUpstream } from '../test-support/upstream.ts';
import { waitFor } from '../test-support/wait-for.ts';
import { type Nginx, startNginx } from './nginx.ts';
import { rotateWhenLarge } from './rotate-log.ts';

const HANDSHAKE = '/socket.io/?EIO=4&transport=polling';

let upstream: TestUpstream;
let nginx: Nginx;
let other: Nginx;

beforeAll(async () => {
  upstream = await startUpstream('one');
  const upstreams = { gateways: [upstream], friendGraphs: [upstream] };
  nginx = await startNginx(upstreams);
  other = await startNginx(upstreams);
}, 120_000);

afterAll(async () => {
  await Promise.all([nginx.stop(0), other.stop(0)]);
  await upstream.close();
});

async function fetchFrom(from: Nginx, target: string, headers: Record<string, string> = {}): Promise<void> {
  expect((await send(from.url, target, { headers })).status).toBe(200);
}

describe('the access log', () => {
  it('has neither paths nor query strings nor headers nor addresses, and of polling only what failed', async () => {
    const headers = { authorization: 'Bearer secret-token', 'x-forwarded-for': '198.51.100.77' };
    await fetchFrom(nginx, '/api/v1/friends/secret-friend?lat=52.5200&token=secret-token', headers);
    await fetchFrom(nginx, `${HANDSHAKE}&sid=polling-session&token=secret-token`, headers);
    const others = ['/map/13/2100/3044.mvt?secret', '/secret-path', '/assets/secret.js', '/api/v1/friends/..%2fsecret'];
    for (const target of others) await send(nginx.url, target, { headers });
    await send(nginx.url, '/?last', { method: 'SECRET', headers });
    const text = await waitFor('the last line of the log', async () => {
      const content = await readFile(nginx.accessLogFile, 'utf8');
      return content.includes('"method":"other"') && content;
    });
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { method: string; route: string; status: number });
    expect(lines.map(({ route }) => route)).toEqual(
      expect.arrayContaining(['/api/v1/friends/{id}', '/map/', '/assets/', 'other', '/api/', '/']),
    );
    for (const secret of ['secret', 'SECRET', '52.52', '2100', 'polling-session', '198.51.100.77', '?'])
      expect(text).not.toContain(secret);
  });

  it('takes the route from the service, and keeps it from clients', async () => {
    expect((await send(nginx.url, '/api/v1/me')).headers).not.toHaveProperty('x-route');
  });

  it('is for its owner only, also after it was rotated', async () => {
    const { accessLogFile } = other;
    expect((await stat(accessLogFile)).mode & 0o777).toBe(0o600);
    const reopen = (): void => other.process.signal('SIGUSR1');
    expect(await rotateWhenLarge(accessLogFile, reopen)).toBe(false);
    await fetchFrom(other, HANDSHAKE);
    await waitFor('a line', async () => (await stat(accessLogFile)).size > 0);
    expect(await rotateWhenLarge(accessLogFile, reopen, 1)).toBe(true);
    await waitFor('a line in the new file', async () => {
      await fetchFrom(other, HANDSHAKE);
      return (await stat(accessLogFile)).size > 0;
    });
    const modes = [accessLogFile, `${accessLogFile}.1`].map(async (file) => (await stat(file)).mode & 0o777);
    expect(await Promise.all(modes)).toEqual([0o600, 0o600]);
  });

  it('counts a handshake and leaves out the polling that follows', async () => {
    // One of its own: lines about requests of other tests may still come.
    const counting = await startNginx({ gateways: [upstream], friendGraphs: [upstream] });
    try {
      const handshakes = async (): Promise<number> =>
        (await readFile(counting.accessLogFile, 'utf8'))
          .split('\n')
          .filter((line) => line.includes('"route":"/socket.io/"')).length;
      await fetchFrom(counting, `${HANDSHAKE}&sid=abc`);
      await fetchFrom(counting, HANDSHAKE);
      await waitFor('the handshake in the log', async () => (await handshakes()) > 0);
      expect(await handshakes()).toBe(1);
    } finally {
      await counting.stop();
    }
  });
});

describe('the error log', () => {
  it('has no line about a single request, however serious', async () => {
    const lines: string[] = [];
    // A broadcast address: the system refuses to connect, which nginx counts as critical.
    const broken = await startNginx({
      gateways: [],
      friendGraphs: [{ host: '255.255.255.255', port: 9 }],
      onLine: (line) => lines.push(line),
    });
    const { status } = await send(broken.url, '/api/v1/friends/secret-friend?token=secret-token');
    await broken.stop();
    expect(status).toBe(503);
    expect(lines.join('\n')).not.toContain('secret');
    expect(lines.join('\n')).not.toContain('client: 127.0.0.1');
    // Which failures are critical depends on the system; no line about a request is an emergency.
    const text = await readFile(path.join(checkoutRoot, 'nginx.conf'), 'utf8');
    expect(/^http \{[\s\S]*?^ {2}error_log stderr (\w+);/m.exec(text)?.[1]).toBe('emerg');
  });
});
