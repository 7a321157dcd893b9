import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PROBLEM_TYPE, problemOf, problemSchema } from '@nearby-friends/protocol';
import { eventually } from '@nearby-friends/testing/eventually';
import { HTTP_PARSER_OPTIONS, refuseMalformed } from './refuse-malformed.ts';

let server: Server;
let client: Socket;
/** What the client has received. */
let received: string;
/** Requests that have arrived and wait for a response. */
let pending: ServerResponse[];

beforeEach(async () => {
  pending = [];
  server = createServer(HTTP_PARSER_OPTIONS, (request, response) => {
    if (request.url === '/pending') pending.push(response);
    else if (request.url === '/after-body') request.resume().once('end', () => response.end());
    else response.end(`served ${request.method}`);
  });
  refuseMalformed(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  // Does not close by itself when the server does.
  client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true });
  client.on('error', () => undefined);
  received = '';
  client.on('data', (data) => {
    received += data.toString('latin1');
  });
});
afterEach(async () => {
  client.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const connections = () =>
  new Promise<number>((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );

const MALFORMED: readonly (readonly [string, string])[] = [
  ['an unknown method', 'FOO / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['bytes outside of ASCII in the path', 'GET /\xfc\x01 HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a control character in a header', 'GET / HTTP/1.1\r\nHost: x\r\nX: a\x01b\r\n\r\n'],
  ['headers that are too large', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`],
  ['much more than that', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(2_000_000)}\r\n\r\n`],
  ['a body cut into wrong pieces', 'POST /after-body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
  ['no HTTP', 'hello\r\n\r\n'],
];

describe('[O5] a malformed request', () => {
  it.each(MALFORMED)('gets a problem, and its connection ends: %s', async (_, request) => {
    client.write(request, 'latin1');
    await once(client, 'end');
    const [head = '', body = ''] = received.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 400 /);
    expect(head).toContain(`\r\nContent-Type: ${PROBLEM_TYPE}\r\n`);
    expect(problemSchema.parse(JSON.parse(body))).toMatchObject(problemOf('invalid_payload'));
    // Although this client leaves its half open.
    await eventually(async () => expect(await connections()).toBe(0));
  });

  it('gets one also after a good request on the same connection', async () => {
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await eventually(() => expect(received).toContain('served GET'));
    client.write('FOO / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(client, 'end');
    expect(received).toContain('"code":"invalid_payload"');
  });

  it.each(MALFORMED)('is not answered in the place of a request before it: %s', async (_, request) => {
    client.write('GET /pending HTTP/1.1\r\nHost: x\r\n\r\n');
    await eventually(() => expect(pending).toHaveLength(1));
    client.write(request, 'latin1');
    await eventually(async () => expect(await connections()).toBe(0));
    expect(received).toBe('');
  });

  it('is neither a request without a host nor one with large headers', async () => {
    client.write(`PUT / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(40_000)}\r\nContent-Length: 0\r\n\r\n`);
    await eventually(() => expect(received).toContain('served PUT'));
    client.write('GET / HTTP/1.0\r\n\r\n');
    await eventually(() => expect(received).toContain('served GET'));
  });
});
