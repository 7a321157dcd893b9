import { beforeEach, describe, expect, it } from '@jest/globals';
import { parseUserId, viewedKey } from '@nearby-friends/protocol';
import { ManualClock } from '@nearby-friends/service-kit';
import type { Fix } from '../formats/fix.ts';
import { LocationRequests } from './location-requests.ts';

const ANN = parseUserId('ann');

describe('OwnTracks is asked for a new fix', () => {
  let clock: ManualClock;
  let viewed: Set<string>;
  let reads: number;
  let requests: LocationRequests;

  beforeEach(() => {
    clock = new ManualClock();
    viewed = new Set([viewedKey(ANN)]);
    reads = 0;
    requests = new LocationRequests({
      isMarked: async (key) => {
        reads++;
        return viewed.has(key);
      },
      redisNow: () => clock.now(),
      clock,
    });
  });

  const fix = (ageMs: number, more: Partial<Fix> = {}): Fix => ({
    position: { lat: 1, lng: 2 },
    takenAt: clock.now(),
    measuredAt: clock.now() - ageMs,
    ...more,
  });
  const take = (ageMs: number, more: Partial<Fix> = {}) => requests.take(ANN, 'phone', fix(ageMs, more));

  it('while a friend looks and the fix is older than a minute', async () => {
    expect([await take(60_000), await take(60_001)]).toEqual([false, true]);
    expect(reads).toBe(1);
  });

  it('not while no friend looks, which does not count as asked', async () => {
    viewed.clear();
    expect(await take(61_000)).toBe(false);
    viewed.add(viewedKey(ANN));
    expect(await take(61_000)).toBe(true);
  });

  it('not again within five minutes; each device for itself', async () => {
    expect(await take(61_000)).toBe(true);
    clock.advance(299_999);
    expect(await take(61_000)).toBe(false);
    expect(await requests.take(ANN, 'tablet', fix(61_000))).toBe(true);
    clock.advance(1);
    expect(await take(61_000)).toBe(true);
  });

  it('not in answer to a fix that it was asked for, nor for an app that says no time of its fix', async () => {
    expect(await take(61_000, { isRequested: true })).toBe(false);
    expect(await requests.take(ANN, 'phone', { position: { lat: 1, lng: 2 }, takenAt: null })).toBe(false);
    expect(reads).toBe(0);
  });

  it('not while Redis is away', async () => {
    const away = new LocationRequests({
      isMarked: () => Promise.reject(new Error('gone')),
      redisNow: () => clock.now(),
      clock,
    });
    expect(await away.take(ANN, 'phone', fix(61_000))).toBe(false);
  });
});
