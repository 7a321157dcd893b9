import { describe, expect, it } from '@jest/globals';
import { decodePositionRecord, locationKey, parseUserId, type ReceivedPosition } from '@nearby-friends/protocol';
import { DEFAULT_REDIS_PREFIX } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import fc from 'fast-check';
import { ANN, BEN, positionOf } from '../test-support/positions-of-test.ts';
import { listenTo } from '../test-support/published-positions.ts';
import { recordOne } from '../test-support/record-one.ts';
import { recordingLogger } from '../test-support/recording-logger.ts';
import { timeOf, useRedis } from '../test-support/redis-of-test.ts';
import { MAX_POSITIONS_PER_CALL, RedisLocationCache } from './location-cache.redis.ts';
import type { LocationCache, Recorded } from './location-cache.ts';

const redis = useRedis();
const TTL_MS = 60_000;
const CHO = parseUserId('cho');
const DEE = parseUserId('dee');

async function setUp() {
  const commands = await redis.connect('commands');
  const { logger, lines } = recordingLogger();
  const cache = new RedisLocationCache({ redis: commands, logger, ttlMs: TTL_MS, instanceId: 'test' });
  return {
    commands,
    cache,
    lines,
    now: await timeOf(commands),
    listen: async (user = ANN) => listenTo(user, await redis.connect('subscriber'), commands),
    outcomes: async (batch: readonly ReceivedPosition[]) =>
      (await cache.recordBatch(batch)).map(({ outcome }) => outcome),
  };
}

const timesOf = (entries: readonly Buffer[]) => entries.map((entry) => decodePositionRecord(entry).at);
async function recordOneByOne(cache: LocationCache, batch: readonly ReceivedPosition[]): Promise<Recorded[]> {
  const recorded: Recorded[] = [];
  for (const position of batch) recorded.push(await recordOne(cache, position));
  return recorded;
}
const userAt = (i: number) => parseUserId(`user-${i}`);

describe('a batch', () => {
  it('[L2] [L3] has outcomes in its order, one per position', async () => {
    const { commands, cache, now } = await setUp();
    await recordOne(cache, positionOf(BEN, now));
    await cache.markAnnounced(BEN, now);
    const recorded = await cache.recordBatch([
      positionOf(CHO, now - TTL_MS),
      positionOf(BEN, now - 5, 1),
      positionOf(ANN, now - 10),
      positionOf(DEE, now + 3_600_000),
    ]);
    expect(recorded.map(({ outcome }) => outcome)).toEqual(['expired', 'superseded', 'stored', 'stored']);
    expect(recorded[1]).toMatchObject({ at: now, activeSince: now, isAnnounced: true });
    expect(recorded[2]).toMatchObject({ at: now - 10, activeSince: now - 10, isAnnounced: false });
    expect(recorded[3]?.at).toBeLessThanOrEqual(await timeOf(commands));
    expect(await commands.pexpiretime(locationKey(ANN))).toBe(now - 10 + TTL_MS);
    expect(await commands.exists(locationKey(CHO))).toBe(0);
  });

  it('that is empty has no outcomes', async () => {
    const { cache } = await setUp();
    expect(await cache.recordBatch([])).toEqual([]);
  });

  it('[L3] [L4] holds a user twice: the later one in it comes later, an older or repeated one changes nothing', async () => {
    const { cache, listen, now } = await setUp();
    const listener = await listen();
    const recorded = await cache.recordBatch([
      positionOf(ANN, now, 1),
      positionOf(BEN, now),
      positionOf(ANN, now, 2),
      positionOf(ANN, now - 1, 3),
      positionOf(ANN, now + 1, 2),
    ]);
    expect(recorded.map(({ outcome, at }) => [outcome, at])).toEqual([
      ['stored', now],
      ['stored', now],
      ['stored', now + 1],
      ['superseded', now + 1],
      ['stored', now + 1],
    ]);
    const published = await listener.read();
    expect(timesOf(published)).toEqual([now, now + 1]);
    expect(published.map((entry) => entry.subarray(18))).toEqual([1, 2].map((mark) => positionOf(ANN, now, mark).body));
  });

  it('[L3] [L4] larger than one call stores all users, in order across the calls', async () => {
    const { commands, cache, listen, now } = await setUp();
    const listener = await listen();
    const others = Array.from({ length: 2 * MAX_POSITIONS_PER_CALL }, (_, i) => positionOf(userAt(i), now, i));
    // Ann ends the first call, begins the second and ends the third.
    const batch = [
      ...others.slice(0, MAX_POSITIONS_PER_CALL - 1),
      positionOf(ANN, now, 1),
      positionOf(ANN, now, 2),
      ...others.slice(MAX_POSITIONS_PER_CALL - 1),
      positionOf(ANN, now + 1, 3),
    ];
    await commands.config('RESETSTAT');
    // Redis knows the script at the second time only.
    for (const round of [0, 3]) {
      const recorded = await cache.recordBatch(batch.map(({ user, at, body }) => ({ user, at: at + round, body })));
      expect(new Set(recorded.map(({ outcome }) => outcome))).toEqual(new Set(['stored']));
      expect(recorded.filter((_, i) => batch[i]?.user === ANN).map(({ at }) => at - now - round)).toEqual([0, 1, 2]);
    }
    expect(timesOf(await listener.read())).toEqual([0, 1, 2, 3, 4, 5].map((later) => now + later));
    expect(await commands.info('commandstats')).toContain('cmdstat_evalsha:calls=6,');
    for (const { user, body } of others) {
      expect((await commands.getBuffer(locationKey(user)))?.subarray(18)).toEqual(body);
    }
  });

  it('[L3] [L4] leaves what its positions would have left one by one', async () => {
    const { commands, cache, listen } = await setUp();
    const listeners = [await listen(ANN), await listen(BEN)];
    const arrival = fc.record({
      user: fc.constantFrom(ANN, BEN),
      age: fc.integer({ min: 0, max: 4 }),
      mark: fc.nat({ max: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(arrival, { minLength: 1, maxLength: 25 }), async (arrivals) => {
        const now = await timeOf(commands);
        const batch = arrivals.map(({ user, age, mark }) => positionOf(user, now - age, mark));
        const traces = [];
        for (const isBatch of [true, false]) {
          await commands.del(locationKey(ANN));
          await commands.del(locationKey(BEN));
          const recorded = isBatch ? await cache.recordBatch(batch) : await recordOneByOne(cache, batch);
          const published = await Promise.all(listeners.map((listener) => listener.read()));
          traces.push({ recorded, published });
        }
        expect(traces[0]).toEqual(traces[1]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a position that cannot be stored does not affect others', () => {
  it.each([
    ['a list', (key: string) => ['RPUSH', key, 'x']],
    ['a hash', (key: string) => ['HSET', key, 'x', 'y']],
    ['a stream', (key: string) => ['XADD', key, '*', 'x', 'y']],
  ])('when its key holds %s', async (_, garbage) => {
    const { commands, lines, outcomes, now } = await setUp();
    const [command, ...args] = garbage(locationKey(BEN)) as [string, ...string[]];
    await commands.call(command, ...args);
    const batch = [positionOf(ANN, now), positionOf(BEN, now), positionOf(CHO, now), positionOf(BEN, now + 1)];
    expect(await outcomes(batch)).toEqual(['stored', 'failed', 'stored', 'failed']);
    expect(await commands.type(locationKey(BEN))).not.toBe('string');
    expect(lines.join('\n')).toContain('WRONGTYPE');
  });

  it('and an unreadable entry is replaced', async () => {
    const { commands, outcomes, now } = await setUp();
    // An empty entry, one of another format, and a valid one that is cut short.
    for (const [user, entry] of [
      [ANN, ''],
      [BEN, '\u0002 another'],
      [CHO, '\u0001short'],
    ] as const) {
      await commands.set(locationKey(user), entry);
    }
    const batch = [ANN, BEN, CHO, DEE].map((user) => positionOf(user, now));
    expect(await outcomes(batch)).toEqual(['stored', 'stored', 'stored', 'stored']);
    const kept = await commands.getBuffer(locationKey(CHO));
    expect(kept && decodePositionRecord(kept).at).toBe(now);
  });

  it('whatever its time and body are', async () => {
    const { outcomes, listen, now } = await setUp();
    const listener = await listen(CHO);
    const empty = { ...positionOf(BEN, now), body: Buffer.alloc(0) };
    const longest = { ...positionOf(DEE, now), body: Buffer.alloc(255, 1) };
    const batch = [
      positionOf(ANN, Number.NaN),
      positionOf(ANN, Number.NEGATIVE_INFINITY),
      positionOf(ANN, Number.POSITIVE_INFINITY),
      empty,
      longest,
      positionOf(CHO, now),
    ];
    expect(await outcomes(batch)).toEqual(['failed', 'expired', 'stored', 'stored', 'stored', 'stored']);
    expect(timesOf(await listener.read())).toEqual([now]);
  });
});

describe('a Redis that', () => {
  it('dies with a batch half sent: each position is either stored, once, or `failed`', async () => {
    const { commands, cache, now } = await setUp();
    await recordOne(cache, positionOf(ANN, now));
    const batch = Array.from({ length: 5 * MAX_POSITIONS_PER_CALL }, (_, i) => positionOf(userAt(i), now, i));
    redis.server.pause();
    const recording = cache.recordBatch(batch);
    // Redis never reads the calls.
    await redis.server.kill();
    const recorded = await recording;
    expect(recorded).toHaveLength(batch.length);
    expect(recorded.every(({ outcome, isAnnounced }) => outcome === 'failed' && isAnnounced)).toBe(true);

    await redis.server.restart();
    await eventually(() => expect(commands.status).toBe('ready'));
    // Nothing was queued and sent now.
    expect(await commands.dbsize()).toBe(0);
    expect((await cache.recordBatch(batch)).every(({ outcome }) => outcome === 'stored')).toBe(true);
  });

  it('closes the connection between two calls: the first is stored and the rest `failed`', async () => {
    const { commands, cache, outcomes, now } = await setUp();
    await recordOne(cache, positionOf(ANN, now));
    const first = Array.from({ length: MAX_POSITIONS_PER_CALL }, (_, i) => positionOf(userAt(i), now, i));
    const rest = first.map(({ at, body }, i) => ({ user: userAt(first.length + i), at, body }));
    // In one pipeline: the second call follows a command with which Redis closes the connection.
    const stored = outcomes(first);
    const closed = commands.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'no').catch(() => undefined);
    const lost = outcomes(rest);
    await closed;
    expect(new Set(await stored)).toEqual(new Set(['stored']));
    expect(new Set(await lost)).toEqual(new Set(['failed']));
    await eventually(() => expect(commands.status).toBe('ready'));
    expect(await cache.readActive(rest.map(({ user }) => user))).toEqual([]);
    expect(await cache.readActive(first.map(({ user }) => user))).toHaveLength(first.length);
  });

  it('is out of memory refuses each position, and stores all once it has memory', async () => {
    const { commands, lines, outcomes, now } = await setUp();
    const batch = [positionOf(ANN, now), positionOf(BEN, now)];
    await commands.config('SET', 'maxmemory', '1');
    await commands.config('SET', 'maxmemory-policy', 'noeviction');
    expect(await outcomes(batch)).toEqual(['failed', 'failed']);
    expect(lines.filter((line) => line.includes('OOM'))).toHaveLength(1);
    await commands.config('SET', 'maxmemory', '0');
    expect(await outcomes(batch)).toEqual(['stored', 'stored']);
  });

  it('may publish only on some channels reports `failed` for positions on others', async () => {
    const { commands, outcomes, listen, now } = await setUp();
    const listener = await listen(BEN);
    await commands.call('ACL', 'SETUSER', 'default', 'resetchannels', `&${DEFAULT_REDIS_PREFIX}${locationKey(BEN)}`);
    expect(await outcomes([positionOf(ANN, now), positionOf(BEN, now)])).toEqual(['failed', 'stored']);
    expect(timesOf(await listener.read())).toEqual([now]);
  });
});
