import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { echo, keysOf, useBuses } from '../bus.testing.ts';
import { useRedis } from '../redis/redis.testing.ts';
import { HUNG_AFTER_MS } from './rpc.ts';

const redis = useRedis();
const { start } = useBuses(redis);

describe('of a method that may take three seconds', () => {
  const slow = { ...echo, name: 'slow', attemptTimeoutMs: 3_000 };

  it('an instance that hangs loses the request after half of that, and another one answers', async () => {
    const hung = await start('location', 'l1');
    const other = await start('location', 'l2');
    const clock = new ManualClock();
    const caller = await start('gateway', 'g1', { clock });
    let goOn: ((response: { text: string; by: string }) => void) | null = null;
    hung.rpc.serve(slow, () => new Promise((resolve) => (goOn = resolve)));
    other.rpc.serve(slow, ({ text }) => ({ text, by: 'l2' }));
    const key = keysOf('l1', ['l1', 'l2'])[0] ?? '';
    const called = caller.rpc.call(slow, { text: 'x' }, { key });
    const release = await eventually(() => goOn ?? Promise.reject(new Error('the request has not arrived')));
    clock.advance(HUNG_AFTER_MS - 1);
    await nextTurn();
    expect(caller.rpc.pending).toBe(1);
    clock.advance(1);
    expect(await called).toEqual({ text: 'x', by: 'l2' });
    release({ text: 'x', by: 'l1' });
  });

  it('an instance that responds to others meanwhile is only slow, and keeps it', async () => {
    const busy = await start('location', 'l1');
    await start('location', 'l2');
    const clock = new ManualClock(Date.now());
    const caller = await start('gateway', 'g1', { clock });
    let respond: (response: { text: string; by: string }) => void = () => undefined;
    busy.rpc.serve(slow, () => new Promise((resolve) => (respond = resolve)));
    const key = keysOf('l1', ['l1', 'l2'])[0] ?? '';
    const called = caller.rpc.call(slow, { text: 'x' }, { key });
    expect(await caller.rpc.call(echo, { text: 'y' }, { key })).toEqual({ text: 'y', by: 'l1' });
    clock.advance(slow.attemptTimeoutMs - 1);
    await nextTurn();
    expect(caller.rpc.pending).toBe(1);
    respond({ text: 'x', by: 'l1' });
    expect(await called).toEqual({ text: 'x', by: 'l1' });
  });
});
