/** On real connections: the path of the bytes makes no difference to their reader. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { eventually } from '@nearby-friends/testing/eventually';
import { isDrained, tcpHandleOf, writeToHandle } from './tcp-handle.ts';

let ends: (() => unknown)[];
beforeEach(() => {
  ends = [];
});
afterEach(async () => {
  for (const end of ends.reverse()) await end();
});

/** Two ends of a connection; what the far one receives while it reads. */
async function connection({ listenAt, isDeaf = false }: { listenAt?: string; isDeaf?: boolean } = {}) {
  const server = createServer({ pauseOnConnect: isDeaf });
  if (listenAt === undefined) server.listen(0, '127.0.0.1');
  else server.listen(listenAt);
  await once(server, 'listening');
  ends.push(() => server.close());
  const client =
    listenAt === undefined ? connect((server.address() as AddressInfo).port, '127.0.0.1') : connect(listenAt);
  const [tcp] = (await once(server, 'connection')) as [Socket];
  ends.push(
    () => client.destroy(),
    () => tcp.destroy(),
  );
  for (const end of [client, tcp]) end.on('error', () => undefined);
  const received: Buffer[] = [];
  client.on('data', (bytes: Buffer) => received.push(bytes));
  return { tcp, client, text: () => Buffer.concat(received).toString('latin1') };
}

function handleOf(tcp: Socket) {
  const handle = tcpHandleOf(tcp);
  if (handle === null) throw new Error('no handle was found: Node has changed');
  return { write: (bytes: Buffer) => writeToHandle(tcp, handle, bytes), isDrained: () => isDrained(tcp, handle) };
}

/** The class of requests is known from the first write on, in the whole process. */
async function learn(): Promise<void> {
  const { tcp, text } = await connection();
  handleOf(tcp).write(Buffer.from('first'));
  await eventually(() => expect(text()).toBe('first'));
}

it('writes past the stream from the second message on', async () => {
  await learn();
  const { tcp, text } = await connection();
  const byStream = jest.spyOn(tcp, 'write');
  const handle = handleOf(tcp);
  for (let i = 0; i < 10; i++) expect(handle.write(Buffer.from(`${i}`))).toBe(true);
  await eventually(() => expect(text()).toBe('0123456789'));
  expect(byStream).not.toHaveBeenCalled();
});

it('writes in order with the stream, also while the client does not read, and retains queued bytes', async () => {
  await learn();
  const { tcp, client, text } = await connection();
  const handle = handleOf(tcp);
  // Overwritten as long as the kernel accepts all of it.
  const shared = Buffer.alloc(60_000);
  let expected = '';
  for (let i = 0, isAccepted = true; isAccepted; i++) {
    if (i === 20) client.pause();
    const piece = `${i}|`.padEnd(i % 7 === 0 ? 3 : 60_000, String(i % 10));
    expected += piece;
    if (i % 3 === 0) tcp.write(piece, 'latin1');
    else isAccepted = handle.write(shared.subarray(0, shared.write(piece, 'latin1')));
  }
  expect(handle.isDrained()).toBe(false);
  const more = Array.from({ length: 40 }, (_, i) => Buffer.from(`<${i}>`));
  for (const [i, bytes] of more.entries()) {
    expected += bytes.toString();
    if (i % 2 === 0) tcp.write(bytes);
    else expect(handle.write(bytes)).toBe(false);
  }
  client.resume();
  await eventually(() => expect(text().length).toBe(expected.length));
  expect(text() === expected).toBe(true);
  await eventually(() => expect(handle.isDrained()).toBe(true));
});

it('separates the queued writes of several connections', async () => {
  await learn();
  const all = await Promise.all(Array.from({ length: 3 }, () => connection()));
  const sent = all.map(({ tcp, client }, number) => {
    client.pause();
    const handle = handleOf(tcp);
    const piece = Buffer.alloc(100_000, `${number}`);
    let pieces = 1;
    while (handle.write(piece)) pieces++;
    return { handle, length: pieces * piece.length };
  });
  for (const { client } of all) client.resume();
  for (const [number, { handle, length }] of sent.entries()) {
    await eventually(() => expect(handle.isDrained()).toBe(true));
    await eventually(() => expect(all[number]?.text().length).toBe(length));
    expect(all[number]?.text().replaceAll(`${number}`, '')).toBe('');
  }
});

it('ends the connection when the other side has closed it, with queued writes or without', async () => {
  await learn();
  for (const fill of [false, true]) {
    // Without reading, only a write notices it.
    const { tcp, client } = await connection({ isDeaf: true });
    const handle = handleOf(tcp);
    if (fill) {
      client.pause();
      while (handle.write(Buffer.alloc(100_000)));
    }
    client.resetAndDestroy();
    await eventually(() => {
      if (!fill) handle.write(Buffer.from('x'));
      expect(tcp.destroyed).toBe(true);
    });
    expect(handle.write(Buffer.from('after the end'))).toBe(true);
  }
});

it('is not used for anything but a TCP connection', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tcp-handle-'));
  ends.push(() => rm(folder, { recursive: true }));
  expect(tcpHandleOf((await connection({ listenAt: path.join(folder, 'socket') })).tcp)).toBeNull();
  expect(tcpHandleOf(new Socket())).toBeNull();
  expect(tcpHandleOf({ _handle: null })).toBeNull();
  const { tcp } = await connection();
  tcp.destroy();
  expect(tcpHandleOf(tcp)).toBeNull();
});
