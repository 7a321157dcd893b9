import { expect, it } from '@jest/globals';
import { decodePositionRecord, locationKey } from '@nearby-friends/protocol';
import { silentLogger } from '@nearby-friends/service-kit';
import fc from 'fast-check';
import { ANN, positionOf } from '../test-support/positions-of-test.ts';
import { listenTo } from '../test-support/published-positions.ts';
import { recordOne } from '../test-support/record-one.ts';
import { timeOf, useRedis } from '../test-support/redis-of-test.ts';
import { RedisLocationCache } from './location-cache.redis.ts';

const redis = useRedis();

async function setUp() {
  const commands = await redis.connect('commands');
  const cache = new RedisLocationCache({ redis: commands, logger: silentLogger, ttlMs: 60_000, instanceId: 'test' });
  const listener = await listenTo(ANN, await redis.connect('subscriber'), commands);
  return { commands, cache, listener };
}

const timesOf = (entries: readonly Buffer[]) => entries.map((entry) => decodePositionRecord(entry).at);

it('[L4] what is kept has been published once with the very same bytes, in the order of its times', async () => {
  const { commands, cache, listener } = await setUp();
  // Few times and few places, so that repetitions, ties and late arrivals all happen.
  const arrival = fc.record({ age: fc.integer({ min: 0, max: 4 }), mark: fc.nat({ max: 2 }) });
  let storedLate = 0;

  await fc.assert(
    fc.asyncProperty(fc.array(arrival, { minLength: 1, maxLength: 25 }), async (arrivals) => {
      await commands.del(locationKey(ANN));
      const now = await timeOf(commands);
      const recorded = await Promise.all(
        arrivals.map(({ age, mark }) => recordOne(cache, positionOf(ANN, now - age, mark))),
      );
      const published = await listener.read();

      const stored = new Set(recorded.filter(({ outcome }) => outcome === 'stored').map(({ at }) => at));
      const times = timesOf(published);
      expect(times).toEqual([...stored].sort((a, b) => a - b));
      expect(new Set(times).size).toBe(times.length);
      expect(published.at(-1)).toEqual(await commands.getBuffer(locationKey(ANN)));
      storedLate += recorded.filter(({ outcome }) => outcome === 'superseded').length;
    }),
    { numRuns: 60 },
  );
  expect(storedLate).toBeGreaterThan(0);
});

it('[L4] nothing is published of what was not kept', async () => {
  const { commands, cache, listener } = await setUp();
  const now = await timeOf(commands);
  await recordOne(cache, positionOf(ANN, now));
  await recordOne(cache, positionOf(ANN, now - 1, 1));
  await recordOne(cache, positionOf(ANN, now - 3_600_000, 2));
  expect(timesOf(await listener.read())).toEqual([now]);
});

it('[L4] marking an announcement publishes nothing', async () => {
  const { commands, cache, listener } = await setUp();
  const now = await timeOf(commands);
  const { activeSince } = await recordOne(cache, positionOf(ANN, now));
  await cache.markAnnounced(ANN, activeSince);
  expect(await listener.read()).toHaveLength(1);
  await recordOne(cache, positionOf(ANN, now + 1, 1));
  const [published] = await listener.read();
  expect(published).toEqual(await commands.getBuffer(locationKey(ANN)));
});

it('[L4] continues when Redis has lost the scripts', async () => {
  const { commands, cache, listener } = await setUp();
  const now = await timeOf(commands);
  const { activeSince } = await recordOne(cache, positionOf(ANN, now));
  await commands.script('FLUSH');
  // Several at once: each finds the script unknown.
  const recorded = await Promise.all([1, 2, 3].map((later) => recordOne(cache, positionOf(ANN, now + later, later))));
  expect(recorded.map(({ outcome }) => outcome)).toEqual(['stored', 'stored', 'stored']);
  expect(timesOf(await listener.read())).toEqual([now, now + 1, now + 2, now + 3]);

  await commands.script('FLUSH');
  await cache.markAnnounced(ANN, activeSince);
  expect((await recordOne(cache, positionOf(ANN, now + 4, 4))).isAnnounced).toBe(true);
});
