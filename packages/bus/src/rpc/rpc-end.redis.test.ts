import { describe, expect, it } from '@jest/globals';
import { instanceChannel, instancesKey } from '@nearby-friends/protocol';
import { ManualClock } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { echo, useBuses } from '../bus.testing.ts';
import { useRedis } from '../redis/redis.testing.ts';

const redis = useRedis();
const { start } = useBuses(redis);

describe('the end', () => {
  it('drain responds to received requests, however long it takes and however often it is called', async () => {
    const server = await start('location', 'l1');
    const caller = await start('gateway', 'g1');
    const finish: (() => void)[] = [];
    server.rpc.serve(echo, async ({ text }) => {
      await new Promise<void>((resolve) => finish.push(resolve));
      return { text, by: 'l1' };
    });
    const calls = ['1', '2'].map((text) => caller.rpc.call(echo, { text }));
    await eventually(() => expect(finish.length).toBe(2));
    let drained = 0;
    const drains = [server.rpc.drain(), server.rpc.drain()].map((drain) => drain.then(() => drained++));
    finish[0]?.();
    await Promise.race(calls);
    expect(drained).toBe(0);
    finish[1]?.();
    await Promise.all(drains);
    expect((await Promise.all(calls)).map(({ text }) => text)).toEqual(['1', '2']);
    await server.rpc.drain();
  });

  it('[W3] no request is lost to an instance that leaves gracefully, whenever it is sent', async () => {
    const leaving = await start('location', 'leaving');
    await start('location', 'staying');
    // The clock stands still, so no timeout helps.
    const caller = await start('gateway', 'g1', { clock: new ManualClock(Date.now()) });
    const instance = { id: 'leaving', hash: 0 };
    const responses: Promise<{ by: string }>[] = [];
    const send = () => {
      for (let i = 0; i < 20; i++) responses.push(caller.rpc.call(echo, { text: '' }, { instance }));
    };
    send();
    await responses[0];
    const drained = leaving.rpc.drain();
    send();
    await drained;
    send();
    leaving.rpc.stop();
    const by = (await Promise.all(responses)).map((response) => response.by);
    expect([...new Set(by)].sort()).toEqual(['leaving', 'staying']);
    expect(by.slice(-20)).toEqual(Array.from({ length: 20 }, () => 'staying'));
  });

  it('an instance that has drained still gets the responses to its own requests', async () => {
    const draining = await start('location', 'draining');
    await start('location', 'staying');
    await draining.registry.refresh();
    await draining.rpc.drain();
    const instance = { id: 'staying', hash: 0 };
    expect(await draining.rpc.call(echo, { text: 'x' }, { instance })).toEqual({ text: 'x', by: 'staying' });
  });

  it('[W3] a server that leaves gracefully fails no request', async () => {
    const leaving = await start('location', 'l1');
    await start('location', 'l2');
    const caller = await start('gateway', 'g1');
    let failed = 0;
    let requests = 0;
    let isOver = false;
    const loops = Array.from({ length: 8 }, async () => {
      while (!isOver) {
        await caller.rpc.call(echo, { text: '' }, { key: `key-${requests++}` }).catch(() => failed++);
      }
    });
    await eventually(() => expect(requests).toBeGreaterThan(200));
    await leaving.stop();
    const whenLeft = requests;
    await eventually(() => expect(requests).toBeGreaterThan(whenLeft + 200));
    isOver = true;
    await Promise.all(loops);
    expect(failed).toBe(0);
  });

  it('stop fails pending requests, sends no others, and leaves no timer', async () => {
    const clock = new ManualClock();
    await start('location', 'l2');
    const caller = await start('gateway', 'g1', { clock });
    const spy = await redis.connect('subscriber');
    let heard = 0;
    spy.on('smessageBuffer', () => heard++);
    await spy.ssubscribe(instanceChannel('location', 'ghost'));
    const ghost = { id: 'ghost', hash: 0 };
    const waiting = Array.from({ length: 5 }, () =>
      expect(caller.rpc.call(echo, { text: '' }, { instance: ghost })).rejects.toMatchObject({ code: 'unavailable' }),
    );
    await eventually(() => expect(heard).toBe(5));

    // The clock stands still, so none of it waits for a time.
    await caller.stop();
    await Promise.all(waiting);
    await expect(caller.rpc.call(echo, { text: '' })).rejects.toMatchObject({ code: 'unavailable' });
    expect([clock.pending, caller.rpc.pending]).toEqual([0, 0]);
  });

  it('a stopped bus leaves no connection and no member', async () => {
    const control = await redis.connect('commands');
    const bus = await start('location', 'l1');
    expect(await control.client('LIST')).toContain('name=location:l1:subscriber');
    await bus.stop();
    await eventually(async () => expect(await control.client('LIST')).not.toContain('name=location:l1'));
    expect(await control.zrange(instancesKey('location'), '0', '-1')).toEqual([]);
  });
});
