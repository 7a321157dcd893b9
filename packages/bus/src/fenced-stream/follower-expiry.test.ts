import { describe, expect, it } from '@jest/globals';
import { FOLLOWER_EXPIRY_MS } from './fence-times.ts';
import { FollowerExpiry } from './follower-expiry.ts';

/** A Redis with a clock of its own, and a `FollowerExpiry` that takes snapshots of it. */
function setUp() {
  const expiry = new FollowerExpiry();
  const world = { own: 1_000_000, offset: 5_000, epoch: 'e1', began: 0, isSettled: false };
  const redisNow = () => world.own + world.offset;
  world.began = redisNow() - 3_600_000;
  return {
    world,
    redisNow,
    /** Takes a snapshot; request and response take `wayMs` each. */
    snapshot({ wayMs = 1 } = {}) {
      const requestedAt = world.own;
      world.own += wayMs;
      const { epoch, began: epochBegan, isSettled } = world;
      const snapshot = { now: redisNow(), epoch, epochBegan, isSettled, last: '0-0', reports: new Map() };
      world.own += wayMs;
      const { isExpired, isEpochSettled } = expiry.evaluate({ snapshot, requestedAt, receivedAt: world.own });
      return { isExpired: (at: number) => isExpired({ applied: '0-0', at }), isEpochSettled };
    },
  };
}

describe('[G5] a follower has expired', () => {
  it('by age, once the clock has been known for long enough', () => {
    const { snapshot, redisNow, world } = setUp();
    expect(snapshot().isExpired(0)).toBe(false);
    world.own += FOLLOWER_EXPIRY_MS - 10;
    expect(snapshot().isExpired(0)).toBe(false);
    world.own += 20;
    const { isExpired } = snapshot({ wayMs: 0 });
    expect(isExpired(redisNow() - FOLLOWER_EXPIRY_MS)).toBe(true);
    expect(isExpired(redisNow() - FOLLOWER_EXPIRY_MS + 1)).toBe(false);
  });

  it.each([10_000, -10_000, 600, -3_600_000])('not by a clock that was set by %d ms, for a while', (ms) => {
    const { snapshot, redisNow, world } = setUp();
    snapshot();
    world.own += 60_000;
    const reportedAt = redisNow();
    world.own += 1;
    world.offset += ms;
    expect(snapshot().isExpired(reportedAt)).toBe(false);
    world.own += FOLLOWER_EXPIRY_MS - 100;
    expect(snapshot().isExpired(reportedAt)).toBe(false);
    // By then even a report stamped in what is now the future is old.
    world.own += 20_000;
    expect(snapshot().isExpired(reportedAt)).toBe(true);
  });

  it('not by a slow response, which does not affect the next one', () => {
    const { snapshot, redisNow, world } = setUp();
    snapshot();
    world.own += 60_000;
    expect(snapshot({ wayMs: 400 }).isExpired(redisNow() - 60_000)).toBe(false);
    expect(snapshot().isExpired(redisNow() - 60_000)).toBe(true);
  });

  it('not after a long time without a snapshot; by a clock with a usual drift', () => {
    const { snapshot, redisNow, world } = setUp();
    snapshot();
    for (let minute = 0; minute < 60; minute++) {
      world.own += 60_000;
      world.offset += 30;
      expect(snapshot().isExpired(redisNow() - 10_000)).toBe(true);
    }
    world.own += 301_000;
    expect(snapshot().isExpired(redisNow() - 10_000)).toBe(false);
  });
});

describe('[G5] an epoch is settled', () => {
  it('when a follower reports it, also for a new writer; ages do not count because of it', () => {
    const { snapshot, redisNow, world } = setUp();
    world.isSettled = true;
    const { isEpochSettled, isExpired } = snapshot();
    expect(isEpochSettled).toBe(true);
    expect(isExpired(redisNow() - 60_000)).toBe(false);
  });

  it('when it is old by a trusted clock or was seen here for long enough, and from then on', () => {
    const { snapshot, world } = setUp();
    expect(snapshot().isEpochSettled).toBe(false);
    world.own += FOLLOWER_EXPIRY_MS;
    expect(snapshot().isEpochSettled).toBe(true);
    world.offset += 10_000;
    expect(snapshot().isEpochSettled).toBe(true);
  });

  it('not while it is new, even when the clock is set just then', () => {
    const { snapshot, redisNow, world } = setUp();
    snapshot();
    world.own += 60_000;
    world.began = redisNow();
    world.epoch = 'e2';
    expect(snapshot().isEpochSettled).toBe(false);
    world.offset += 3_600_000;
    expect(snapshot().isEpochSettled).toBe(false);
    world.own += FOLLOWER_EXPIRY_MS - 100;
    expect(snapshot().isEpochSettled).toBe(false);
    world.own += 100;
    expect(snapshot().isEpochSettled).toBe(true);
  });
});
