/** Every response of nginx itself is a problem (RFC 9457) with a code of the protocol. */
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ERROR_CODES } from '@nearby-friends/protocol';
import { checkoutRoot } from '../machine/local-folder.ts';
import { send } from '../test-support/http-client.ts';
import { startUpstream, type TestUpstream } from '../test-support/upstream.ts';
import { type Nginx, startNginx } from './nginx.ts';

let nginx: Nginx;
/** Has a service behind it. */
let proxying: Nginx;
let service: TestUpstream;

beforeAll(async () => {
  nginx = await startNginx({ gateways: [], friendGraphs: [] });
  service = await startUpstream('one');
  proxying = await startNginx({ gateways: [service], friendGraphs: [service] });
}, 120_000);

afterAll(async () => {
  await Promise.all([nginx.stop(0), proxying.stop(0)]);
  await service.close();
});

/** Sends text as it is, and reads the response until nginx closes or the body is complete. */
async function sendRaw(
  text: string,
): Promise<{ status: number; type: string; origin: string | undefined; body: string }> {
  const socket = connect({ host: '127.0.0.1', port: nginx.port });
  let response = '';
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', () => resolve());
    socket.on('data', (chunk: Buffer) => {
      response += chunk.toString();
      if (/\r\n\r\n[\s\S]*\}\n$/.test(response)) resolve();
    });
    socket.write(text);
  });
  socket.destroy();
  const [head = '', body = ''] = response.split('\r\n\r\n');
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]);
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim();
  return { status, type: header('content-type') ?? '', origin: header('access-control-allow-origin'), body };
}

describe('responses of nginx itself', () => {
  it.each([
    '/../nginx.conf',
    '/assets/..%2f..%2fnginx.conf',
    '/api/v1/me%00',
    '/x%00',
    '/socket.io/%00',
    '/api/v1/%zz',
    `/${'x'.repeat(9_000)}`,
  ])('responds to an unreadable request with 400 and a code (%.20s)', async (target) => {
    const { status, headers, body } = await send(nginx.url, target);
    expect([status, headers['content-type']]).toEqual([400, 'application/problem+json']);
    expect(JSON.parse(body)).toMatchObject({ status: 400, code: 'invalid_payload' });
  });

  it('refuses a large body with a code', async () => {
    const { status, headers, body } = await send(nginx.url, '/api/v1/me', {
      method: 'PATCH',
      body: 'x'.repeat(17_000),
    });
    expect(status).toBe(413);
    expect(headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(body)).toMatchObject({ code: 'payload_too_large', status: 413 });
  });

  it.each([
    ['a method it does not know the encoding of', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n', 501],
    ['a version of HTTP it does not speak', 'GET / HTTP/3.0\r\nHost: x\r\n\r\n', 505],
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['no host', 'GET /api/v1/me HTTP/1.1\r\n\r\n', 400],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
    ['a tunnel', 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n', 'any'],
    ['a trace', 'TRACE /api/v1/me HTTP/1.1\r\nHost: x\r\n\r\n', 405],
    ['a long header', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, 400],
    ['a long path', `GET /${'x'.repeat(40_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 400],
    ['a range', 'GET /none HTTP/1.1\r\nHost: x\r\nRange: bytes=9-\r\n\r\n', 404],
    ['an expectation', 'POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 99999\r\n\r\n', 413],
  ])('responds to %s with a problem', async (_, text, expected) => {
    const { status, type, origin, body } = await sendRaw(text);
    const problem = JSON.parse(body) as { status: number; code: string };
    if (expected !== 'any') expect(status).toBe(expected);
    expect([type, origin]).toEqual(['application/problem+json', '*']);
    expect(problem).toMatchObject({ type: 'about:blank', title: expect.any(String), status });
    expect(Object.keys(ERROR_CODES)).toContain(problem.code);
  });

  it.each([
    ['/nothing', 404, undefined],
    ['/api/..%2fme', 400, undefined],
    ['/api/v1/me', 503, '2'],
    ['/socket.io/?EIO=4', 503, '2'],
  ])(
    'may be read by pages of every site, since they say nothing of anybody: %s',
    async (target, expected, retryAfter) => {
      const { status, headers } = await send(nginx.url, target, { headers: { origin: 'https://app.example' } });
      expect([status, headers['retry-after']]).toEqual([expected, retryAfter]);
      expect(headers).toMatchObject({
        'access-control-allow-origin': '*',
        'access-control-expose-headers': 'Retry-After',
      });
    },
  );

  it('leaves it to a service who may read its responses', async () => {
    for (const [target, status] of [
      ['/api/v1/me', 200],
      ['/api/v1/me', 404],
      ['/api/v1/me', 429],
      ['/socket.io/?EIO=4&sid=x', 200],
      ['/socket.io/?EIO=4&sid=x', 404],
    ] as const) {
      service.status = status;
      const reply = await send(proxying.url, target);
      expect([reply.status, reply.headers['access-control-allow-origin']]).toEqual([status, undefined]);
    }
  });

  it('has a problem for every status that nginx may send', async () => {
    const text = await readFile(path.join(checkoutRoot, 'nginx.conf'), 'utf8');
    const handled = [...text.matchAll(/^ {4}error_page ([\d ]+?) (?:=\d* ?)?[@/]/gm)].flatMap(([, list = '']) =>
      list.split(' ').map(Number),
    );
    // Of ngx_http_special_response.c; 444 and 499 send nothing.
    const all = [...range(400, 418), ...range(421, 422), 429, ...range(494, 498), ...range(500, 506), 507];
    expect(all.filter((status) => ![407, 444].includes(status) && !handled.includes(status))).toEqual([]);
  });

  function range(from: number, end: number): number[] {
    return Array.from({ length: end - from }, (_, index) => from + index);
  }

  it('has the codes, statuses and titles of the protocol', async () => {
    const text = await readFile(path.join(checkoutRoot, 'nginx.conf'), 'utf8');
    const responses = [...text.matchAll(/return (\d+) '(\{.*\})\\n'/g)];
    expect(responses.length).toBeGreaterThan(5);
    for (const [, status, json = ''] of responses) {
      const response = JSON.parse(json.replace('$status', '400')) as {
        code: keyof typeof ERROR_CODES;
        status: number;
        title: string;
      };
      expect(response).toMatchObject({ type: 'about:blank', code: response.code, ...pick(ERROR_CODES[response.code]) });
      expect(Number(status)).toBe(response.status);
    }
  });

  function pick({ status, title }: { status: number; title: string }): { status: number; title: string } {
    return { status, title };
  }
});
