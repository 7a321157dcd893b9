import { describe, expect, it } from '@jest/globals';
import { FOLLOWER_EXPIRY_MS } from './fence-times.ts';
import { SilenceJudge } from './follower-expiry.ts';

/** A Redis with a clock of its own, and a judge that looks at it. */
function setUp() {
  const judge = new SilenceJudge();
  const world = { own: 1_000_000, offset: 5_000, epoch: 'e1', began: 0, isSettled: false };
  const redisNow = () => world.own + world.offset;
  world.began = redisNow() - 3_600_000;
  return {
    world,
    redisNow,
    /** Looks, each way taking so many ms. */
    look({ wayMs = 1 } = {}) {
      const askedAt = world.own;
      world.own += wayMs;
      const { epoch, began: epochBegan, isSettled } = world;
      const look = { now: redisNow(), epoch, epochBegan, isSettled, last: '0-0', reports: new Map() };
      world.own += wayMs;
      const { isSilent, isEpochSettled } = judge.judge({ look, askedAt, answeredAt: world.own });
      return { isSilent: (at: number) => isSilent({ applied: '0-0', at }), isEpochSettled };
    },
  };
}

describe('[G5] who is silent', () => {
  it('is told by age, once the clock has been known for long enough', () => {
    const { look, redisNow, world } = setUp();
    expect(look().isSilent(0)).toBe(false);
    world.own += FOLLOWER_EXPIRY_MS - 10;
    expect(look().isSilent(0)).toBe(false);
    world.own += 20;
    const { isSilent } = look({ wayMs: 0 });
    expect(isSilent(redisNow() - FOLLOWER_EXPIRY_MS)).toBe(true);
    expect(isSilent(redisNow() - FOLLOWER_EXPIRY_MS + 1)).toBe(false);
  });

  it.each([10_000, -10_000, 600, -3_600_000])('is not believed of a clock that was set by %d ms, for a while', (ms) => {
    const { look, redisNow, world } = setUp();
    look();
    world.own += 60_000;
    const reportedAt = redisNow();
    world.own += 1;
    world.offset += ms;
    expect(look().isSilent(reportedAt)).toBe(false);
    world.own += FOLLOWER_EXPIRY_MS - 100;
    expect(look().isSilent(reportedAt)).toBe(false);
    // By then even one that was stamped in what is now the future has grown old.
    world.own += 20_000;
    expect(look().isSilent(reportedAt)).toBe(true);
  });

  it('is not judged by an answer that took long, and that one does not spoil the next', () => {
    const { look, redisNow, world } = setUp();
    look();
    world.own += 60_000;
    expect(look({ wayMs: 400 }).isSilent(redisNow() - 60_000)).toBe(false);
    expect(look().isSilent(redisNow() - 60_000)).toBe(true);
  });

  it('is not known when nobody has looked for long; a clock that drifts as clocks do is believed', () => {
    const { look, redisNow, world } = setUp();
    look();
    for (let minute = 0; minute < 60; minute++) {
      world.own += 60_000;
      world.offset += 30;
      expect(look().isSilent(redisNow() - 10_000)).toBe(true);
    }
    world.own += 301_000;
    expect(look().isSilent(redisNow() - 10_000)).toBe(false);
  });
});

describe('[G5] an epoch is settled', () => {
  it('when a follower says so, also for a writer that has only just come; ages are not believed for that', () => {
    const { look, redisNow, world } = setUp();
    world.isSettled = true;
    const { isEpochSettled, isSilent } = look();
    expect(isEpochSettled).toBe(true);
    expect(isSilent(redisNow() - 60_000)).toBe(false);
  });

  it('when it is old by a clock that is believed, or was seen here for long enough, and then for ever', () => {
    const { look, world } = setUp();
    expect(look().isEpochSettled).toBe(false);
    world.own += FOLLOWER_EXPIRY_MS;
    expect(look().isEpochSettled).toBe(true);
    world.offset += 10_000;
    expect(look().isEpochSettled).toBe(true);
  });

  it('not while it is new, also when the clock is set just then', () => {
    const { look, redisNow, world } = setUp();
    look();
    world.own += 60_000;
    world.began = redisNow();
    world.epoch = 'e2';
    expect(look().isEpochSettled).toBe(false);
    world.offset += 3_600_000;
    expect(look().isEpochSettled).toBe(false);
    world.own += FOLLOWER_EXPIRY_MS - 100;
    expect(look().isEpochSettled).toBe(false);
    world.own += 100;
    expect(look().isEpochSettled).toBe(true);
  });
});
