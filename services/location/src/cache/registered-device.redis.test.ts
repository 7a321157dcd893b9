/** Whether a registered device shares is read from the entry that the script writes. */
import { describe, expect, it } from '@jest/globals';
import { encodePositionBody, type Position, readDevice } from '@nearby-friends/protocol';
import { markOfRegistered, silentLogger } from '@nearby-friends/service-kit';
import { ANN } from '../test-support/positions-of-test.ts';
import { recordOne } from '../test-support/record-one.ts';
import { timeOf, useRedis } from '../test-support/redis-of-test.ts';
import { RedisLocationCache } from './location-cache.redis.ts';

const redis = useRedis();

async function setUp() {
  const commands = await redis.connect('commands');
  const cache = new RedisLocationCache({ redis: commands, logger: silentLogger, ttlMs: 600_000, instanceId: 'test' });
  const now = await timeOf(commands);
  return {
    async record(at: number, position: Position, device?: string) {
      const mark = device === undefined ? undefined : { device, gateway: 'an-instance', claims: true };
      const body = encodePositionBody(position, mark);
      expect((await recordOne(cache, { user: ANN, at: now + at, body })).outcome).not.toBe('failed');
    },
    async sharer() {
      const [active] = await cache.readActive([ANN]);
      return active && readDevice(active.entry);
    },
  };
}

describe('[L8] [L7] the entry of a user', () => {
  it('says which device shares, whatever fields its position has', async () => {
    const { record, sharer } = await setUp();
    expect(await sharer()).toBeUndefined();
    const [one, other] = ['AAAABBBBCCCCDDDD', 'aaaabbbbccccdddd'].map(markOfRegistered);
    await record(-30, { lat: 1, lng: 2 }, one);
    expect(await sharer()).toBe(one);
    await record(-20, { lat: 1, lng: 2, accuracy: 3, heading: 4, speed: 5, battery: 0.5 }, other);
    expect(await sharer()).toBe(other);
  });

  it('says none for a position without a mark', async () => {
    const { record, sharer } = await setUp();
    await record(-20, { lat: 1, lng: 2, battery: 0.5 });
    expect(await sharer()).toBeNull();
  });
});
