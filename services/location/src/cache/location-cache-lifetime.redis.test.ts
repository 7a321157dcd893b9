/** A position lives as long as the device that reported it says, in place of the deployment's TTL. */
import { describe, expect, it } from '@jest/globals';
import {
  decodePositionRecord,
  ERASED_USERS,
  encodePositionBody,
  locationKey,
  MAX_STAYS_VISIBLE_SECONDS,
} from '@nearby-friends/protocol';
import { silentLogger } from '@nearby-friends/service-kit';
import fc from 'fast-check';
import { ANN, BEN } from '../test-support/positions-of-test.ts';
import { listenTo } from '../test-support/published-positions.ts';
import { recordOne } from '../test-support/record-one.ts';
import { timeOf, useRedis } from '../test-support/redis-of-test.ts';
import { RedisLocationCache } from './location-cache.redis.ts';
import { MAX_CLOCK_LEAD_MS } from './record-script.ts';

const redis = useRedis();
const TTL_MS = 600_000;
const LONGEST_MS = MAX_STAYS_VISIBLE_SECONDS * 1000;
const PHONE = 'phone--1';
const LAPTOP = 'laptop-1';

async function setUp(ttlMs = TTL_MS) {
  const commands = await redis.connect('commands');
  const cache = new RedisLocationCache({ redis: commands, logger: silentLogger, ttlMs, instanceId: 'test' });
  const now = await timeOf(commands);
  /** Reports a position of `now - age`; without a device as a gateway that records a friend's position again. */
  const report = async (
    age: number,
    options: { seconds?: number; device?: string; claims?: boolean; lat?: number } = {},
  ) => {
    const { seconds, device, claims = false, lat = 1 } = options;
    const mark = device === undefined ? undefined : { device, gateway: 'an-instance', claims };
    const body = encodePositionBody({ lat, lng: 2, accuracy: 3 }, mark, seconds);
    return (await recordOne(cache, { user: ANN, at: now - age, body })).outcome;
  };
  /** When the entry ends, ms after `now`. */
  const end = async () => (await commands.pexpiretime(locationKey(ANN))) - now;
  return { commands, cache, now, report, end };
}

describe('[L2] an entry with a lifetime of 900 s', () => {
  it('lives 900 s from its own time on, with or without the mark of a device', async () => {
    const { end, report } = await setUp();
    expect(await report(800_000, { seconds: 900 })).toBe('stored');
    expect(await end()).toBe(100_000);
    expect(await report(300_000, { seconds: 900, device: PHONE })).toBe('stored');
    expect(await end()).toBe(600_000);
  });

  it('is refused at its end, as one without is at the TTL', async () => {
    const { commands, report } = await setUp();
    expect(await report(900_000, { seconds: 900, device: PHONE })).toBe('expired');
    expect(await report(600_000, { device: PHONE })).toBe('expired');
    expect(await report(600_000)).toBe('expired');
    expect(await commands.exists(locationKey(ANN))).toBe(0);
  });

  it('says so to gateways: in the entry, on the channel, and after a takeover without a newer position', async () => {
    const { cache, commands, end, report } = await setUp();
    const listener = await listenTo(ANN, await redis.connect('subscriber'), commands);
    await report(1_000, { seconds: 900, device: PHONE });
    expect(await report(2_000, { device: LAPTOP, claims: true })).toBe('taken-over');
    expect(await end()).toBe(899_000);
    const entries = [...(await listener.read()), ...(await cache.readActive([ANN])).map(({ entry }) => entry)];
    expect(entries.map((entry) => decodePositionRecord(entry).lifetimeMs)).toEqual([900_000, 900_000]);
  });

  it('ends with the TTL of a newer one without, and the other way round', async () => {
    const { end, report } = await setUp();
    await report(3_000, { seconds: 3_600 });
    await report(2_000);
    expect(await end()).toBe(TTL_MS - 2_000);
    await report(1_000, { seconds: 900 });
    expect(await end()).toBe(899_000);
    expect(await report(1_500, { seconds: 3_600 })).toBe('superseded');
    expect(await end()).toBe(899_000);
  });

  it('sent again changes nothing; another lifetime is another position', async () => {
    const { commands, end, report } = await setUp();
    const listener = await listenTo(ANN, await redis.connect('subscriber'), commands);
    await report(1_000, { seconds: 900, device: PHONE });
    await report(1_000, { seconds: 900, device: PHONE });
    // As a gateway does after Redis has lost its memory.
    await report(1_000, { seconds: 900 });
    expect(await listener.read()).toHaveLength(1);
    expect(await end()).toBe(899_000);
    await report(1_000, { device: PHONE });
    expect(await end()).toBe(599_001);
  });
});

it('[L2] lifetimes are at most an hour, whatever the body says and however it is cut', async () => {
  const { cache, end, now, report } = await setUp();
  await report(1_000, { seconds: 65_535 });
  expect(await end()).toBe(LONGEST_MS - 1_000);
  // No location instance lets these through; one of them must not cost a whole batch its outcomes.
  const bodies = [
    Buffer.alloc(0),
    Buffer.from([32]),
    Buffer.alloc(18, 32),
    Buffer.alloc(19, 255),
    Buffer.alloc(40, 63),
  ];
  const good = { user: ANN, at: now, body: encodePositionBody({ lat: 1, lng: 2 }) };
  const [first] = await cache.recordBatch([good, ...bodies.map((body) => ({ user: BEN, at: now, body }))]);
  expect(first?.outcome).toBe('stored');
});

it('[L2] [L3] whatever comes in whatever order, the entry is the newest of those that live, and ends when that does', async () => {
  const { commands, end, report } = await setUp();
  // Half a minute from any end, so that the time that the test takes decides nothing.
  const arrival = fc.record({
    age: fc.integer({ min: 0, max: 70 }).map((minutes) => minutes * 60_000 + 30_000),
    seconds: fc.constantFrom(undefined, 600, 900, 1_800, 3_600),
    device: fc.constantFrom(undefined, PHONE, LAPTOP),
  });
  const arrivals = fc.uniqueArray(arrival, { selector: ({ age }) => age, minLength: 1, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(arrivals, async (reports) => {
      await commands.del(locationKey(ANN));
      for (const { age, seconds, device } of reports) {
        await report(age, { claims: true, ...(device && { device }), ...(seconds && { seconds }) });
      }
      const lives = reports.map(({ age, seconds = TTL_MS / 1000 }) => ({ age, left: seconds * 1000 - age }));
      const newest = lives.filter(({ left }) => left > 0).sort((a, b) => a.age - b.age)[0];
      if (newest === undefined) expect(await commands.exists(locationKey(ANN))).toBe(0);
      else expect(await end()).toBe(newest.left);
    }),
    { numRuns: 100 },
  );
});

describe('[G2] the tombstone of an erasure', () => {
  it('outlives the longest lifetime, and refuses what was reported before', async () => {
    const { cache, commands, report } = await setUp();
    await report(1_000, { seconds: 3_600, device: PHONE });
    await cache.forget([ANN]);
    expect(await report(1_000, { seconds: 3_600, device: PHONE })).toBe('expired');
    expect(await commands.pttl(ERASED_USERS)).toBeGreaterThan(LONGEST_MS);
  });

  it('of half an hour ago is still there after the next erasure, and one of more than an hour is not', async () => {
    const { cache, commands, now } = await setUp();
    await commands.zadd(ERASED_USERS, now - 1_800_000, 'recent', now - LONGEST_MS - 1, 'old');
    await cache.forget([BEN]);
    const left = await commands.zrange(ERASED_USERS, '0', '-1');
    expect(left).toContain('recent');
    expect(left).not.toContain('old');
  });

  it('outlives a TTL of the deployment that is longer still', async () => {
    const { cache, commands } = await setUp(2 * LONGEST_MS);
    await cache.forget([ANN]);
    expect(await commands.pttl(ERASED_USERS)).toBeGreaterThan(2 * LONGEST_MS - MAX_CLOCK_LEAD_MS);
  });
});
