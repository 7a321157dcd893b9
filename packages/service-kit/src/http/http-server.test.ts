import { once } from 'node:events';
import { Agent, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '../logging/logger.ts';
import { HttpServer } from './http-server.ts';

let server: HttpServer;
let agent: Agent;
/** Requests that have arrived and wait for the test to respond. */
let arrived: ServerResponse[];
let onArrival: () => void;

beforeEach(async () => {
  arrived = [];
  onArrival = () => undefined;
  server = new HttpServer({
    host: '127.0.0.1',
    port: 0,
    logger: silentLogger,
    listener: (_request, response) => {
      arrived.push(response);
      onArrival();
    },
  });
  await server.start();
  agent = new Agent({ keepAlive: true, maxSockets: 1 });
});
afterEach(() => {
  agent.destroy();
  server.stop();
});

function sendRequest(): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = get({ port: server.port, agent }, (response: IncomingMessage) => {
      response.resume().once('end', () => resolve(response.statusCode));
    });
    request.once('error', reject);
  });
}

async function sendAndAwaitArrival(): Promise<{ status: Promise<number | undefined>; response: ServerResponse }> {
  const arrival = new Promise<void>((resolve) => {
    onArrival = resolve;
  });
  const status = sendRequest();
  await arrival;
  const response = arrived.pop();
  if (!response) throw new Error('nothing arrived');
  return { status, response };
}

describe('[W3] draining the HTTP server', () => {
  it('finishes requests in progress, then is done, although the connection is kept alive', async () => {
    const { status, response } = await sendAndAwaitArrival();
    const { port } = server;
    let drained = false;
    const draining = server.drain().then(() => {
      drained = true;
    });
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
    expect(drained).toBe(false);
    response.end('done');
    expect(await status).toBe(200);
    await draining;
  });

  it('does not wait for connections that are merely kept alive', async () => {
    const { status, response } = await sendAndAwaitArrival();
    response.end('done');
    await status;
    await server.drain();
  });

  it('does not wait for connections without any request yet', async () => {
    const socket = connect(server.port);
    await once(socket, 'connect');
    // The server has accepted that connection before it responds to this request.
    const { status, response } = await sendAndAwaitArrival();
    response.end('done');
    await status;
    const closed = once(socket, 'close');
    await server.drain();
    await closed;
  });
});

it('[O5] responds to a malformed request with a problem, and does not wait for its connection', async () => {
  const socket = connect({ port: server.port, allowHalfOpen: true });
  let received = '';
  socket.on('data', (data) => {
    received += String(data);
  });
  socket.write('FOO / HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(socket, 'end');
  expect(received).toMatch(/^HTTP\/1\.1 400 [\s\S]*\r\n\r\n\{.*"code":"invalid_payload".*\}\n$/);
  await server.drain();
  socket.destroy();
});
