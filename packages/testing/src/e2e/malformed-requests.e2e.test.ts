/** What nginx lets through and Node's HTTP parser refuses gets a problem, of friend-graph and of a gateway. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { PROBLEM_TYPE, problemSchema } from '@nearby-friends/protocol';
import { useDeployment } from '../stack/use-deployment.ts';

const deployment = useDeployment();

/** Sends the bytes as they are; resolves with what came back when the connection is closed. */
async function sendBytes(text: string): Promise<{ status: number; type: string; body: string }> {
  const { hostname, port } = new URL(deployment.url);
  const socket = connect({ host: hostname, port: Number(port) });
  let received = '';
  socket.on('data', (data) => {
    received += data.toString('latin1');
  });
  socket.write(text, 'latin1');
  await once(socket, 'close');
  const [head = '', body = ''] = received.split('\r\n\r\n');
  const type = /^content-type: (.*)$/im.exec(head)?.[1]?.trim() ?? '';
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]), type, body };
}

const CLOSE = 'Host: x\r\nConnection: close\r\n';
const API = '/api/v1/friends';
const HANDSHAKE = '/socket.io/?EIO=4&transport=polling';
const LARGE = `X-Large: ${'x'.repeat(7_000)}\r\n`.repeat(3);

describe('[O5] a request that Node cannot read', () => {
  it.each(
    [API, HANDSHAKE].flatMap((target) => [
      ['an unknown method', `FOO ${target} HTTP/1.1\r\n${CLOSE}\r\n`],
      ['a control character in a header', `GET ${target} HTTP/1.1\r\n${CLOSE}X: a\x01b\r\n\r\n`],
      ['such a header of a change', `POST ${target} HTTP/1.1\r\n${CLOSE}Content-Length: 2\r\nX: a\x01b\r\n\r\n{}`],
      ['bytes outside of ASCII', `GET ${target.replace('?', '?\xfc&').replace(/s$/, '\xfc')} HTTP/1.1\r\n${CLOSE}\r\n`],
    ]),
  )('gets a problem: %s', async (_, request) => {
    const { status, type, body } = await sendBytes(request);
    expect([status, type]).toEqual([400, PROBLEM_TYPE]);
    expect(problemSchema.parse(JSON.parse(body)).code).toBe('invalid_payload');
  });
});

describe('a request that is unusual', () => {
  it.each([
    ['large headers', `GET ${HANDSHAKE} HTTP/1.1\r\n${CLOSE}${LARGE}\r\n`, 200],
    ['large headers, and reads', `GET ${API} HTTP/1.1\r\n${CLOSE}${LARGE}\r\n`, 401],
    ['large headers, and writes', `DELETE ${API}/bob HTTP/1.1\r\n${CLOSE}${LARGE}\r\n`, 401],
    ['no host', `GET ${HANDSHAKE} HTTP/1.0\r\n\r\n`, 200],
    ['no host, and reads', `GET ${API} HTTP/1.0\r\n\r\n`, 401],
    ['no host, and writes', `DELETE ${API}/bob HTTP/1.0\r\n\r\n`, 401],
  ])('is served: %s', async (_, request, expected) => {
    expect((await sendBytes(request)).status).toBe(expected);
  });
});
