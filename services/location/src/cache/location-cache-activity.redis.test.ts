import { expect, it } from '@jest/globals';
import { locationKey } from '@nearby-friends/protocol';
import { silentLogger } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { ANN, positionOf } from '../test-support/positions-of-test.ts';
import { recordOne } from '../test-support/record-one.ts';
import { timeOf, useRedis } from '../test-support/redis-of-test.ts';
import { RedisLocationCache } from './location-cache.redis.ts';

const redis = useRedis();

async function setUp(ttlMs = 60_000) {
  const commands = await redis.connect('commands');
  const cache = new RedisLocationCache({ redis: commands, logger: silentLogger, ttlMs, instanceId: 'test' });
  return { commands, cache, now: await timeOf(commands) };
}

it('an activity begins unannounced with its first position, and stays the same one', async () => {
  const { cache, now } = await setUp();
  expect(await recordOne(cache, positionOf(ANN, now))).toMatchObject({ activeSince: now, isAnnounced: false });
  expect(await recordOne(cache, positionOf(ANN, now + 5, 1))).toMatchObject({ activeSince: now, isAnnounced: false });
});

it('an announced activity stays announced through later positions, repeated and late ones', async () => {
  const { cache, now } = await setUp();
  await recordOne(cache, positionOf(ANN, now));
  await cache.markAnnounced(ANN, now);
  for (const later of [1, 1, 0, 2]) {
    const recorded = await recordOne(cache, positionOf(ANN, now + later, later));
    expect(recorded).toMatchObject({ activeSince: now, isAnnounced: true });
  }
});

it('marking one activity leaves another alone', async () => {
  const { cache, now } = await setUp();
  await recordOne(cache, positionOf(ANN, now));
  await cache.markAnnounced(ANN, now - 1);
  expect((await recordOne(cache, positionOf(ANN, now + 1, 1))).isAnnounced).toBe(false);
});

it('[L2] after expiry a new activity begins, and the mark for the old one does not reach it', async () => {
  const { commands, cache, now } = await setUp(100);
  await recordOne(cache, positionOf(ANN, now));
  await cache.markAnnounced(ANN, now);
  await eventually(async () => expect(await commands.exists(locationKey(ANN))).toBe(0));

  const next = await timeOf(commands);
  expect(await recordOne(cache, positionOf(ANN, next))).toMatchObject({ activeSince: next, isAnnounced: false });
  await cache.markAnnounced(ANN, now);
  expect((await recordOne(cache, positionOf(ANN, next + 1, 1))).isAnnounced).toBe(false);
});

it('[L2] marking changes neither the position nor when it ends', async () => {
  const { commands, cache, now } = await setUp();
  await recordOne(cache, positionOf(ANN, now, 7));
  const before = await commands.getBuffer(locationKey(ANN));
  const endsAt = await commands.pexpiretime(locationKey(ANN));
  await cache.markAnnounced(ANN, now);
  const after = await commands.getBuffer(locationKey(ANN));
  expect(after).not.toEqual(before);
  expect(after?.subarray(2)).toEqual(before?.subarray(2));
  expect(await commands.pexpiretime(locationKey(ANN))).toBe(endsAt);
});

it('marking a user without an entry creates none', async () => {
  const { commands, cache, now } = await setUp();
  await cache.markAnnounced(ANN, now);
  expect(await commands.exists(locationKey(ANN))).toBe(0);
});
