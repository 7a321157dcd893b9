import { describe, expect, it } from '@jest/globals';
import type { Redis } from '@nearby-friends/bus';
import { decodePositionRecord, locationKey, RECORD_HEADER_BYTES } from '@nearby-friends/protocol';
import { silentLogger } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import fc from 'fast-check';
import { ANN, BEN, positionOf } from '../test-support/positions-of-test.ts';
import { listenTo } from '../test-support/published-positions.ts';
import { recordOne } from '../test-support/record-one.ts';
import { timeOf, useRedis } from '../test-support/redis-of-test.ts';
import { RedisLocationCache } from './location-cache.redis.ts';

const redis = useRedis();
const TTL_MS = 60_000;

function cacheOn(commands: Redis, ttlMs = TTL_MS): RedisLocationCache {
  return new RedisLocationCache({ redis: commands, logger: silentLogger, ttlMs, instanceId: 'test' });
}

async function setUp(ttlMs = TTL_MS) {
  const commands = await redis.connect('commands');
  return { commands, cache: cacheOn(commands, ttlMs), now: await timeOf(commands) };
}

describe('an entry lives', () => {
  it('[L2] until its own time plus the TTL, whenever it arrives', async () => {
    const { commands, cache, now } = await setUp();
    for (const at of [now - TTL_MS / 2, now - 10, now]) {
      expect((await recordOne(cache, positionOf(ANN, at))).outcome).toBe('stored');
      expect(await commands.pexpiretime(locationKey(ANN))).toBe(at + TTL_MS);
    }
  });

  it('[L2] and is really gone then', async () => {
    const ttlMs = 120;
    const { commands, cache, now } = await setUp(ttlMs);
    await recordOne(cache, positionOf(ANN, now));
    expect((await cache.readActive([ANN])).map(({ user }) => user)).toEqual([ANN]);
    await eventually(async () => expect(await cache.readActive([ANN])).toEqual([]));
    expect(await timeOf(commands)).toBeGreaterThanOrEqual(now + ttlMs);
  });

  it('[L2] and does not begin when the position is older than that', async () => {
    const { cache, commands, now } = await setUp();
    const tooOld = await recordOne(cache, positionOf(ANN, now - TTL_MS));
    expect(tooOld.outcome).toBe('expired');
    expect(await commands.exists(locationKey(ANN))).toBe(0);
  });

  it('[L2] no longer because a second position of the same millisecond was put behind the first', async () => {
    const { commands, cache, now } = await setUp();
    await recordOne(cache, positionOf(ANN, now, 1));
    await recordOne(cache, positionOf(ANN, now, 2));
    expect(await commands.pexpiretime(locationKey(ANN))).toBe(now + 1 + TTL_MS);
  });
});

describe('the newest position', () => {
  it('[L3] wins in any order, over two connections at once', async () => {
    const one = await setUp();
    const caches = [one.cache, cacheOn(await redis.connect('commands'))];
    const arrival = fc.record({ age: fc.integer({ min: 0, max: 5_000 }), cache: fc.nat({ max: 1 }) });
    const arrivals = fc.uniqueArray(arrival, { selector: ({ age }) => age, minLength: 1, maxLength: 12 });

    await fc.assert(
      fc.asyncProperty(arrivals, async (positions) => {
        await one.commands.del(locationKey(ANN));
        const now = await timeOf(one.commands);
        await Promise.all(
          positions.map(({ age, cache }) =>
            recordOne(caches[cache] as RedisLocationCache, positionOf(ANN, now - age, age)),
          ),
        );
        const newest = Math.min(...positions.map(({ age }) => age));
        const kept = await one.commands.getBuffer(locationKey(ANN));
        expect(kept?.subarray(18)).toEqual(positionOf(ANN, now, newest).body);
        expect(kept && decodePositionRecord(kept).at).toBe(now - newest);
      }),
      { numRuns: 60 },
    );
  });

  it('[L3] is returned to the sender of an older one', async () => {
    const { cache, now } = await setUp();
    const newest = await recordOne(cache, positionOf(ANN, now));
    const older = await recordOne(cache, positionOf(ANN, now - 1, 1));
    expect(older).toEqual({ ...newest, outcome: 'superseded' });
  });

  it('[L3] does not concern other users', async () => {
    const { cache, now } = await setUp();
    await recordOne(cache, positionOf(ANN, now));
    expect((await recordOne(cache, positionOf(BEN, now - 1_000))).outcome).toBe('stored');
    const active = await cache.readActive([BEN, ANN]);
    expect(new Map(active.map(({ user, entry }) => [user, decodePositionRecord(entry).at]))).toEqual(
      new Map([
        [ANN, now],
        [BEN, now - 1_000],
      ]),
    );
  });
});

describe('a position of the same millisecond', () => {
  it('[L3] gets the next one when it is another position', async () => {
    const { cache, now } = await setUp();
    expect((await recordOne(cache, positionOf(ANN, now, 1))).at).toBe(now);
    expect((await recordOne(cache, positionOf(ANN, now, 2))).at).toBe(now + 1);
    expect((await recordOne(cache, positionOf(ANN, now + 1, 3))).at).toBe(now + 2);
  });

  it('[L3] [L4] changes nothing when it is the same position sent again', async () => {
    const { commands, cache, now } = await setUp();
    const listener = await listenTo(ANN, await redis.connect('subscriber'), commands);
    const first = await recordOne(cache, positionOf(ANN, now, 1));
    const again = await recordOne(cache, positionOf(ANN, now, 1));
    expect(again).toEqual(first);
    expect(await listener.read()).toHaveLength(1);
  });
});

describe('a time ahead of Redis', () => {
  it('[L3] is accepted up to one second ahead, since it is an estimate', async () => {
    const { cache, now } = await setUp();
    expect((await recordOne(cache, positionOf(ANN, now + 900))).at).toBe(now + 900);
  });

  it('[L2] [L3] is replaced by the time of Redis beyond that, so that no user blocks their own later positions', async () => {
    const { commands, cache, now } = await setUp();
    const { outcome, at } = await recordOne(cache, positionOf(ANN, now + 3_600_000));
    expect(outcome).toBe('stored');
    expect(at).toBeGreaterThanOrEqual(now);
    expect(at).toBeLessThanOrEqual(await timeOf(commands));
    expect(await commands.pexpiretime(locationKey(ANN))).toBe(at + TTL_MS);
  });
});

describe('[L3] after Redis’ clock was set back, an entry from the future', () => {
  const STEP_MS = 120_000;

  /** What a report right before the step left behind: an entry with a time that is still to come. */
  async function setUpSetBack() {
    const all = await setUp();
    await recordOne(all.cache, positionOf(ANN, all.now, 1));
    const entry = await all.commands.getBuffer(locationKey(ANN));
    entry?.writeDoubleBE(all.now + STEP_MS, RECORD_HEADER_BYTES - 8);
    await all.commands.set(locationKey(ANN), entry ?? '', 'PXAT', all.now + STEP_MS + TTL_MS);
    return all;
  }

  it('is replaced by any report, which is stored and published under its true time', async () => {
    const { commands, cache, now } = await setUpSetBack();
    const listener = await listenTo(ANN, await redis.connect('subscriber'), commands);
    expect(await recordOne(cache, positionOf(ANN, now, 2))).toMatchObject({ outcome: 'stored', at: now });
    expect(await commands.pexpiretime(locationKey(ANN))).toBe(now + TTL_MS);
    expect((await listener.read()).map((entry) => decodePositionRecord(entry).at)).toEqual([now]);
    // From here on the order counts again.
    expect(await recordOne(cache, positionOf(ANN, now - 1, 3))).toMatchObject({ outcome: 'superseded', at: now });
  });

  it('is replaced by a gateway that has not noticed yet, under Redis’ own time', async () => {
    const { cache, commands, now } = await setUpSetBack();
    const { outcome, at } = await recordOne(cache, positionOf(ANN, now + STEP_MS + 1, 2));
    expect(outcome).toBe('stored');
    expect(at).toBeLessThanOrEqual(await timeOf(commands));
  });

  it('is not shown, and does not come back as new when the clock has caught up', async () => {
    const { cache, commands, now } = await setUpSetBack();
    await recordOne(cache, positionOf(BEN, now));
    expect((await cache.readActive([ANN, BEN])).map(({ user }) => user)).toEqual([BEN]);
    await eventually(async () => expect(await commands.exists(locationKey(ANN))).toBe(0));
  });

  it('within the second that estimates may differ is an entry like any other', async () => {
    const { cache, now } = await setUp();
    await recordOne(cache, positionOf(ANN, now + 900));
    expect(await cache.readActive([ANN])).toHaveLength(1);
    expect(await recordOne(cache, positionOf(ANN, now, 2))).toMatchObject({ outcome: 'superseded', at: now + 900 });
  });
});
