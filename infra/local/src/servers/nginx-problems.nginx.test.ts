/** Every response of nginx itself is a problem (RFC 9457) as the services' are, with a code of the protocol. */
import { appendFile, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PROBLEM_TYPE, type Problem, problemOf, problemSchema } from '@nearby-friends/protocol';
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
  proxying = await startNginx({ gateways: [service], friendGraphs: [service], ingests: [service] });
}, 120_000);

afterAll(async () => {
  await Promise.all([nginx.stop(0), proxying.stop(0)]);
  await service.close();
});

/** Expects what a service would respond with: the schema, the fields that the code decides, and the status of the response. */
function expectProblem(response: { status: number; type: string | undefined; body: string }): Problem {
  expect(response).toMatchObject({ type: PROBLEM_TYPE, body: expect.stringMatching(/^\{.*\}\n$/) });
  const problem = problemSchema.parse(JSON.parse(response.body));
  expect(problem).toMatchObject({ ...problemOf(problem.code), status: response.status });
  // A sentence with a remedy: it ends as one.
  expect(problem.detail).toMatch(/^[A-Z].+\.$/);
  return problem;
}

/** Sends text as it is, and reads the response until nginx closes or the body is complete. */
async function sendRaw(
  text: string,
  { port }: Nginx = nginx,
): Promise<{ status: number; type: string; origin: string | undefined; allow: string | undefined; body: string }> {
  const socket = connect({ host: '127.0.0.1', port });
  let response = '';
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', () => resolve());
    socket.on('data', (chunk: Buffer) => {
      response += chunk.toString();
      if (/\r\n\r\n[\s\S]*\}\n?(?:\r\n0\r\n\r\n)?$/.test(response)) resolve();
    });
    socket.write(text);
  });
  socket.destroy();
  const [head = '', body = ''] = response.split('\r\n\r\n');
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]);
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim();
  const [origin, allow] = [header('access-control-allow-origin'), header('allow')];
  return { status, type: header('content-type') ?? '', origin, allow, body };
}

describe('[O5] responses of nginx itself', () => {
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
    expect(expectProblem({ status, type: headers['content-type'], body })).toMatchObject({
      status: 400,
      code: 'invalid_payload',
    });
  });

  it('refuses a large body with a code', async () => {
    const { status, headers, body } = await send(nginx.url, '/api/v1/me', {
      method: 'PATCH',
      body: 'x'.repeat(17_000),
    });
    expect(expectProblem({ status, type: headers['content-type'], body })).toMatchObject({
      status: 413,
      code: 'payload_too_large',
    });
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
    const response = await sendRaw(text);
    if (expected !== 'any') expect(response.status).toBe(expected);
    expectProblem(response);
    expect(response.origin).toBe('*');
  });

  it.each([
    ['/', 'GET, HEAD'],
    ['/api/v1/me', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'],
    ['/socket.io/?EIO=4', 'GET, POST, OPTIONS'],
  ])('names the methods of %s with a 405, and with no other response', async (target, allowed) => {
    const { status, allow } = await sendRaw(`TRACE ${target} HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect([status, allow]).toEqual([405, allowed]);
    expect((await send(proxying.url, target.replace(/^.$/, '/nothing'))).headers).not.toHaveProperty('allow');
  });

  it.each(
    [
      '/api/v1/me',
      '/socket.io/?EIO=4&sid=x',
      '/api/v1/owntracks',
      '/api/v1/ingest/overland',
      '/api/v1/ingest/traccar',
      '/api/v1/positions',
    ].flatMap((target) => ['zz', 'f'.repeat(20)].map((size) => [target, size] as const)),
  )('responds to a body cut into wrong pieces with a problem: %s, %s', async (target, size) => {
    const text = `POST ${target} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${size}\r\n`;
    const response = await sendRaw(text, proxying);
    expect(expectProblem(response).code).toBe('invalid_payload');
    expect(response.origin).toBe('*');
  });

  it('takes a body in pieces like any other', async () => {
    const textFor = (target: string) =>
      `POST ${target} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n3\r\n0\r\n\r\n`;
    for (const status of [200, 404]) {
      service.status = status;
      const response = await sendRaw(textFor('/socket.io/?EIO=4&sid=x'), proxying);
      expect([response.status, response.origin]).toEqual([status, undefined]);
      expect(response.body).toContain('"replica":"one"');
    }
    service.status = 503;
    const { status } = await sendRaw(textFor('/socket.io/?EIO=4'), proxying);
    expect([status, service.requests.at(-1)]).toEqual([503, 'POST /socket.io/?EIO=4']);
    service.status = 200;
  });

  it('responds with a problem while no replica of a service responds', async () => {
    for (const target of ['/api/v1/me', '/socket.io/?EIO=4']) {
      const { status, headers, body } = await send(nginx.url, target);
      expectProblem({ status, type: headers['content-type'], body });
    }
  });

  it.each([429, 500, 503])('puts a problem in the place of a %s of a gateway', async (status) => {
    service.status = status;
    const { headers, body } = await send(proxying.url, '/socket.io/?EIO=4&sid=x');
    service.status = 200;
    expectProblem({ status, type: headers['content-type'], body });
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
    // Of ngx_http_special_response.c; of 408, 444 and 499 it sends nothing, and 418 to 420 are nginx.conf's own.
    const statuses = [
      ...range(400, 407),
      ...range(409, 417),
      ...range(421, 429),
      431,
      451,
      ...range(494, 497),
      ...range(500, 511),
    ];
    const gives = statuses.map((status) => `location = /give/${status} { return ${status}; }\n`);
    await appendFile(path.join(path.dirname(nginx.accessLogFile), 'page.conf'), gives.join(''));
    await nginx.reload({ gateways: [], friendGraphs: [] });
    const given = await Promise.all(
      statuses.map(async (status) => {
        const response = await send(nginx.url, `/give/${status}`);
        const { retryable } = expectProblem({
          status: response.status,
          type: response.headers['content-type'],
          body: response.body,
        });
        return { status, retryable };
      }),
    );
    expect(given.filter(({ retryable }) => retryable).map(({ status }) => status)).toEqual([429, 500, 502, 503, 504]);
  });

  function range(from: number, end: number): number[] {
    return Array.from({ length: end - from + 1 }, (_, index) => from + index);
  }

  it('has no other body than these', async () => {
    const text = await readFile(path.join(checkoutRoot, 'nginx.conf'), 'utf8');
    const bodies = [...text.matchAll(/return (\d+) '(.*)\\n'/g)];
    expect(bodies.length).toBeGreaterThan(5);
    for (const [, status, json = ''] of bodies) {
      expectProblem({ status: Number(status), type: PROBLEM_TYPE, body: `${json.replace('$status', status ?? '')}\n` });
    }
  });
});
