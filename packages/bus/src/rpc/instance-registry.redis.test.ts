import { describe, expect, it } from '@jest/globals';
import { instancesKey } from '@nearby-friends/protocol';
import { ManualClock, silentLogger, systemClock } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { useRedis } from '../redis/redis.testing.ts';
import type { Redis } from '../redis/redis-connection.ts';
import { HEARTBEAT_INTERVAL_MS, INSTANCE_EXPIRY_MS, InstanceRegistry, SUSPICION_MS } from './instance-registry.ts';

const redis = useRedis();
const running: InstanceRegistry[] = [];
redis.beforeItEnds(async () => {
  for (const registry of running.splice(0)) registry.stop();
});

async function start(options: { id: string; clock?: ManualClock; connection?: Redis }): Promise<InstanceRegistry> {
  const registry = new InstanceRegistry({
    redis: options.connection ?? (await redis.connect('commands')),
    clock: options.clock ?? systemClock,
    logger: silentLogger,
    service: 'location',
    instanceId: options.id,
    watch: ['location'],
  });
  running.push(registry);
  await registry.start();
  return registry;
}

const ids = (registry: InstanceRegistry) =>
  registry
    .candidates('location')
    .map(({ id }) => id)
    .sort();

describe('instance registry', () => {
  it('lists instances that joined, and removes at once those that leave', async () => {
    const clock = new ManualClock();
    const [a, b] = [await start({ id: 'a', clock }), await start({ id: 'b', clock })];
    expect(ids(a)).toEqual([]);
    await Promise.all([a.join(), b.join()]);
    clock.advance(HEARTBEAT_INTERVAL_MS);
    await eventually(() =>
      expect([ids(a), ids(b)]).toEqual([
        ['a', 'b'],
        ['a', 'b'],
      ]),
    );

    await b.drain();
    // The next heartbeat is the only one: by then it cannot have expired.
    clock.advance(HEARTBEAT_INTERVAL_MS);
    await eventually(() => expect(ids(a)).toEqual(['a']));
  });

  it('removes an instance that dies without leaving, after its expiry', async () => {
    const watcher = await start({ id: 'watcher' });
    const doomed = await start({ id: 'doomed' });
    await doomed.join();
    await eventually(() => expect(ids(watcher)).toEqual(['doomed']));

    doomed.stop();
    const endedAt = performance.now();
    await eventually(() => expect(ids(watcher)).toEqual([]));
    const goneAfterMs = performance.now() - endedAt;
    expect(goneAfterMs).toBeGreaterThan(INSTANCE_EXPIRY_MS - HEARTBEAT_INTERVAL_MS - 100);
  });

  it("measures heartbeat age by Redis' clock, however wrong the process' clock is", async () => {
    const [wrong, right] = [await start({ id: 'wrong', clock: new ManualClock(12_345) }), await start({ id: 'right' })];
    await Promise.all([wrong.join(), right.join()]);
    await Promise.all([wrong.refresh(), right.refresh()]);
    expect([ids(wrong), ids(right)]).toEqual([
      ['right', 'wrong'],
      ['right', 'wrong'],
    ]);
  });

  it('keeps the last list while Redis is unavailable, and after Redis lost its data until all instances could send heartbeats', async () => {
    const clock = new ManualClock();
    const connection = await redis.connect('commands');
    const watcher = await start({ id: 'watcher', clock, connection });
    const other = await start({ id: 'other' });
    await other.join();
    await watcher.refresh();
    other.stop();

    await redis.server.kill();
    await eventually(() => expect(connection.status).not.toBe('ready'));
    clock.advance(10 * INSTANCE_EXPIRY_MS);
    await expect(watcher.refresh()).rejects.toThrow();
    expect(ids(watcher)).toEqual(['other']);

    await redis.server.restart();
    await eventually(() => watcher.refresh());
    expect(ids(watcher)).toEqual(['other']);
    clock.advance(INSTANCE_EXPIRY_MS);
    await watcher.refresh();
    expect(ids(watcher)).toEqual([]);
  });

  it('rejoins a Redis that lost its data', async () => {
    const [a, b] = [await start({ id: 'a' }), await start({ id: 'b' })];
    await Promise.all([a.join(), b.join()]);
    await redis.server.kill();
    await redis.server.restart();
    const control = await redis.connect('commands');
    await eventually(async () => {
      expect((await control.zrange(instancesKey('location'), '0', '-1')).sort()).toEqual(['a', 'b']);
    });
  });

  it('does not rejoin by a heartbeat that was pending when it left', async () => {
    const connection = await redis.connect('commands');
    const registry = await start({ id: 'a', connection });
    await registry.join();
    // The heartbeat is refused and sent again as a whole script, which could come after the leave.
    await connection.script('FLUSH');
    const heartbeat = registry.refresh();
    await Promise.all([heartbeat, registry.drain()]);
    expect(await connection.zrange(instancesKey('location'), '0', '-1')).toEqual([]);
  });

  it('shares one refresh between concurrent calls', async () => {
    const registry = await start({ id: 'a' });
    const control = await redis.connect('commands');
    const before = await evalCalls(control);
    await Promise.all(Array.from({ length: 100 }, () => registry.refresh()));
    // One, and perhaps the heartbeat.
    expect((await evalCalls(control)) - before).toBeLessThanOrEqual(2);
  });

  it('omits suspected instances for a while, unless all are suspected', async () => {
    const clock = new ManualClock();
    const [a, b] = [await start({ id: 'a', clock }), await start({ id: 'b' })];
    await Promise.all([a.join(), b.join()]);
    await a.refresh();
    a.suspect('location', 'b');
    expect(ids(a)).toEqual(['a']);
    await a.refresh();
    expect(ids(a)).toEqual(['a']);
    a.suspect('location', 'a');
    expect(ids(a)).toEqual(['a', 'b']);
    clock.advance(SUSPICION_MS);
    await a.refresh();
    expect(ids(a)).toEqual(['a', 'b']);
    a.suspect('location', 'unknown');
    expect(ids(a)).toEqual(['a', 'b']);
  });

  it('knows no instance of a service it does not watch, and leaves no timer after stop', async () => {
    const clock = new ManualClock();
    const registry = await start({ id: 'a', clock });
    expect(registry.candidates('gateway')).toEqual([]);
    expect(clock.pending).toBe(1);
    registry.stop();
    expect(clock.pending).toBe(0);
  });
});

async function evalCalls(control: Redis): Promise<number> {
  const stats = await control.info('commandstats');
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}
