import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@nearby-friends/testing/eventually';
import { WebSocket, WebSocketServer } from 'ws';
import { answerPings } from './answer-pings.ts';

let server: WebSocketServer | undefined;
let client: WebSocket | undefined;
afterEach(() => {
  client?.terminate();
  server?.close();
});

async function connect() {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', autoPong: false });
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await once(client, 'open');
  const [accepting] = (await accepted) as [WebSocket];
  answerPings(accepting);
  return { accepting, client };
}

describe('[A4] the pings of a WebSocket', () => {
  it('are answered with what they carry', async () => {
    const { client } = await connect();
    for (const text of ['one', '', 'x'.repeat(125)]) {
      const answered = once(client, 'pong');
      client.ping(text);
      expect(String((await answered)[0])).toBe(text);
    }
  });

  it('are not answered twice, and the newest one always is', async () => {
    const { client } = await connect();
    const answers: string[] = [];
    client.on('pong', (data) => answers.push(String(data)));
    for (let i = 0; i < 1_000; i++) client.ping(`${i}`);
    await eventually(() => expect(answers.at(-1)).toBe('999'));
    expect(new Set(answers).size).toBe(answers.length);
    expect(answers).toEqual(answers.toSorted((a, b) => Number(a) - Number(b)));
  });

  it('queue no more than one answer for a client that does not read', async () => {
    const { accepting, client } = await connect();
    let received = 0;
    accepting.on('ping', () => received++);
    let most = 0;
    // Until the kernel accepts nothing more: from then on, an answer to each ping would queue in this process.
    client.pause();
    const payload = 'x'.repeat(125);
    await eventually(async () => {
      const before = received;
      for (let i = 0; i < 5_000; i++) client.ping(payload);
      await eventually(() => expect(received).toBe(before + 5_000));
      most = Math.max(most, accepting.bufferedAmount);
      expect(received).toBeGreaterThanOrEqual(40_000);
    }, 20_000);
    expect(most).toBeLessThanOrEqual(127);
  });
});
