import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { instanceChannel, jsonCodec } from '@nearby-friends/protocol';
import { createLogger, ManualClock } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { z } from 'zod';
import { echo, keysOf, useBuses } from '../bus.testing.ts';
import { killSubscribers, useRedis } from '../redis/redis.testing.ts';
import { decodeEnvelope, encodeResponse } from './envelope.ts';
import { ATTEMPT_TIMEOUT_MS } from './rpc.ts';

const redis = useRedis();
const { start, startFour, announceGhost } = useBuses(redis);

describe('fail-over', () => {
  it('an instance that is gone is noticed at once and not tried again', async () => {
    await start('location', 'l1');
    const caller = await start('gateway', 'g1', { clock: new ManualClock() });
    await announceGhost('ghost');
    await caller.registry.refresh();
    const key = keysOf('ghost', ['l1', 'ghost'])[0] ?? '';
    // The clock stands still: a call that waited for any time would never return.
    expect(await caller.rpc.call(echo, { text: 'x' }, { key })).toEqual({ text: 'x', by: 'l1' });
    expect(caller.registry.candidates('location').map(({ id }) => id)).toEqual(['l1']);
  });

  it('an instance that is gone is logged once for any number of requests', async () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) };
    const logger = createLogger({ service: 'gateway', replicaName: 'g1', level: 'warn', destination });
    await start('location', 'l1');
    const caller = await start('gateway', 'g1', { logger });
    await announceGhost('ghost');
    await caller.registry.refresh();
    const keys = keysOf('ghost', ['l1', 'ghost']);
    expect(keys.length).toBeGreaterThan(20);
    await Promise.all(keys.map((key) => caller.rpc.call(echo, { text: '' }, { key })));
    expect(lines).toEqual(['no rpc response']);
  });

  it('an instance that does not respond is given up after the timeout; its late response is ignored', async () => {
    const clock = new ManualClock();
    await start('location', 'l1');
    const caller = await start('gateway', 'g1', { clock });
    const spy = await redis.connect('subscriber');
    const heard: Buffer[] = [];
    spy.on('smessageBuffer', (_: Buffer, payload: Buffer) => heard.push(payload));
    await spy.ssubscribe(instanceChannel('location', 'ghost'));
    await announceGhost('ghost');
    await caller.registry.refresh();

    const key = keysOf('ghost', ['l1', 'ghost'])[0] ?? '';
    let isOver = false;
    const response = caller.rpc.call(echo, { text: 'x' }, { key }).finally(() => (isOver = true));
    await eventually(() => expect(heard.length).toBe(1));
    clock.advance(ATTEMPT_TIMEOUT_MS - 1);
    await nextTurn();
    expect([isOver, caller.rpc.pending]).toEqual([false, 1]);
    clock.advance(1);
    expect(await response).toEqual({ text: 'x', by: 'l1' });
    // Under suspicion: the next one does not wait, or it would never return.
    expect(await caller.rpc.call(echo, { text: 'y' }, { key })).toEqual({ text: 'y', by: 'l1' });

    expect(caller.rpc.pending).toBe(0);
    const request = decodeEnvelope(heard[0] ?? Buffer.alloc(0));
    if (request.kind !== 'request') throw new Error('expected the request');
    const late = echo.response.encode({ text: 'late', by: 'ghost' });
    expect(await caller.publish(request.replyTo, encodeResponse(request.id, late))).toBe(1);
    expect(await caller.rpc.call(echo, { text: 'z' }, { key })).toEqual({ text: 'z', by: 'l1' });
  });

  it('a request with a malformed response goes to another instance', async () => {
    const broken = await start('location', 'l1');
    await start('location', 'l2');
    const caller = await start('gateway', 'g1');
    broken.rpc.serve({ ...echo, response: jsonCodec(z.any()) }, () => ({ nonsense: true }));
    const responses = await Promise.all(Array.from({ length: 4 }, () => caller.rpc.call(echo, { text: '' })));
    expect(responses.map(({ by }) => by)).toEqual(['l2', 'l2', 'l2', 'l2']);
  });

  it('without instances a call fails with unavailable, and a new instance is found without waiting for the heartbeat', async () => {
    const clock = new ManualClock();
    const caller = await start('gateway', 'g1', { clock });
    await expect(caller.rpc.call(echo, { text: '' })).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    await start('location', 'l1');
    expect((await caller.rpc.call(echo, { text: '' })).by).toBe('l1');
  });
});

describe('a caller that stalls for longer than an attempt may take', () => {
  it('uses the response that came meanwhile, and suspects no instance', async () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) };
    const logger = createLogger({ service: 'gateway', replicaName: 'g1', level: 'warn', destination });
    const server = await start('location', 'l1');
    const caller = await start('gateway', 'g1', { logger });
    let calls = 0;
    server.rpc.serve(echo, ({ text }) => {
      calls++;
      // Once the response has been written to the socket.
      afterTurns(3, () => stall(ATTEMPT_TIMEOUT_MS + 100));
      return { text, by: 'l1' };
    });
    expect(await caller.rpc.call(echo, { text: 'x' })).toEqual({ text: 'x', by: 'l1' });
    expect({ calls, lines }).toEqual({ calls: 1, lines: [] });
  });

  function afterTurns(turns: number, run: () => void): void {
    if (turns === 0) run();
    else setImmediate(() => afterTurns(turns - 1, run));
  }

  function stall(ms: number): void {
    for (const until = performance.now() + ms; performance.now() < until; );
  }
});

describe('while Redis', () => {
  it('is unavailable, calls fail at once, and succeed again afterwards', async () => {
    const { callers, servers } = await startFour({ clock: new ManualClock() });
    const [caller] = callers;
    await redis.server.kill();
    for (let i = 0; i < 20; i++) {
      await expect(caller.rpc.call(echo, { text: '' }, { key: `key-${i}` })).rejects.toMatchObject({
        code: 'unavailable',
      });
    }
    // No instance is suspected: the same key goes to the same instance at once.
    expect(caller.registry.candidates('location').length).toBe(2);
    await redis.server.restart();
    // Until a server has both connections again, it receives no request or can send no response, and the other one does.
    await eventually(() => {
      for (const { commands, subscriptions } of [caller, ...servers]) {
        expect([commands.status, subscriptions.isCurrent]).toEqual(['ready', true]);
      }
    });
    for (const key of keysOf('l1', ['l1', 'l2'])) {
      expect((await eventually(() => caller.rpc.call(echo, { text: '' }, { key }))).by).toBe('l1');
    }
  });

  it('has disconnected the caller when the response comes, the same instance is tried again and none is suspected', async () => {
    const { callers, servers } = await startFour();
    const [caller] = callers;
    const control = await redis.connect('commands');
    let requests = 0;
    servers[0].rpc.serve(echo, async ({ text }) => {
      if (requests++ === 0) await killSubscribers(control);
      return { text, by: 'l1' };
    });
    const [key = ''] = keysOf('l1', ['l1', 'l2']);
    expect(await caller.rpc.call(echo, { text: '' }, { key })).toEqual({ text: '', by: 'l1' });
    expect(requests).toBe(2);
    expect(caller.registry.candidates('location').length).toBe(2);
  });

  it('is frozen, a call waits for one timeout and no instance is suspected', async () => {
    const clock = new ManualClock();
    const { callers } = await startFour({ clock });
    const [caller] = callers;
    redis.server.pause();
    const calls = [
      caller.rpc.call(echo, { text: '' }),
      caller.rpc.call({ ...echo, service: 'friend-graph' }, { text: '' }),
    ].map((call) => expect(call).rejects.toMatchObject({ code: 'unavailable' }));
    await nextTurn();
    clock.advance(ATTEMPT_TIMEOUT_MS);
    await Promise.all(calls);
    redis.server.resume();
    expect(caller.registry.candidates('location').length).toBe(2);
    await eventually(() => caller.rpc.call(echo, { text: '' }));
  });
});
