/** Positions of registered devices live as long as they say, and all others for the TTL. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { type PositionRecord, parseUserId } from '@nearby-friends/protocol';
import fc from 'fast-check';
import { APPROXIMATE, EXACT, NearbyWorld, north, TTL_MS } from '../test-support/nearby-world.ts';

const BEN = parseUserId('ben');
const SECOND = 1_000;

function setUp({ grant = EXACT, ttlMs = TTL_MS } = {}) {
  const world = new NearbyWorld({ ttlMs });
  const { session, list, read } = world.viewer('ann', 0);
  world.open(session);
  world.watch(session, 'ben', grant);
  /** A position of now; without `lifetimeMs` as a socket reports. */
  const report = (lifetimeMs?: number) => {
    const record: PositionRecord = { at: world.now(), position: north(100), ...(lifetimeMs && { lifetimeMs }) };
    world.board.apply(BEN, record);
  };
  const isListed = () => {
    read();
    return list.friends.has(BEN);
  };
  const pass = async (ms: number) => {
    world.clock.advance(ms);
    // An expiry is confirmed by reading the entry, which takes a turn.
    await nextTurn();
  };
  return { world, report, isListed, pass, list };
}

describe('[L2] [S5] a friend', () => {
  it.each([900, 3_600])(
    'whose position lives %d s is listed a second before its end, and not a second after',
    async (seconds) => {
      const { isListed, pass, report } = setUp();
      report(seconds * SECOND);
      await pass((seconds - 1) * SECOND);
      expect(isListed()).toBe(true);
      await pass(2 * SECOND);
      expect(isListed()).toBe(false);
    },
  );

  it('who reports by a socket is gone a second after the TTL', async () => {
    const { isListed, pass, report } = setUp();
    report();
    await pass(TTL_MS - SECOND);
    expect(isListed()).toBe(true);
    await pass(2 * SECOND);
    expect(isListed()).toBe(false);
  });

  it('with an approximate grant is listed as long', async () => {
    const { isListed, pass, report } = setUp({ grant: APPROXIMATE });
    report(900 * SECOND);
    await pass(899 * SECOND);
    expect(isListed()).toBe(true);
    await pass(2 * SECOND);
    expect(isListed()).toBe(false);
  });

  it('goes at the end of the newest position, also if an older one would have lived longer', async () => {
    const { isListed, pass, report } = setUp();
    report(3_600 * SECOND);
    await pass(10 * SECOND);
    report();
    await pass(TTL_MS - SECOND);
    expect(isListed()).toBe(true);
    await pass(2 * SECOND);
    expect(isListed()).toBe(false);
  });

  it('is not found expired by a position that is older than the TTL and lives longer', async () => {
    const { isListed, pass, world } = setUp();
    world.board.apply(BEN, { at: world.now() - 899 * SECOND, position: north(100), lifetimeMs: 900 * SECOND });
    world.flush();
    expect(isListed()).toBe(true);
    await pass(2 * SECOND);
    expect(isListed()).toBe(false);
  });

  it('keeps the lifetime when Redis’ clock is set back', async () => {
    const { pass, report, world } = setUp();
    report(900 * SECOND);
    await pass(10 * SECOND);
    world.redisLead -= 120 * SECOND;
    world.board.clockSetBack(120 * SECOND);
    await pass(889 * SECOND);
    expect(world.board.get(BEN)?.latest).not.toBeNull();
    await pass(2 * SECOND);
    expect(world.board.get(BEN)?.latest ?? null).toBeNull();
  });
});

it('[L2] [S5] whatever is reported in whatever order, the friend is listed while the newest position lives, and a second more', async () => {
  // Shorter than in a deployment, so that a wheel turns for seconds and not for hours.
  const ttlMs = 10 * SECOND;
  const lifetimeMs = fc.option(
    fc.constantFrom(11, 15, 30).map((seconds) => seconds * SECOND),
    { nil: undefined },
  );
  const step = fc.record({ lifetimeMs, silenceMs: fc.integer({ min: SECOND, max: 20 * SECOND }) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      const { isListed, pass, report, world } = setUp({ ttlMs });
      for (const { lifetimeMs, silenceMs } of steps) {
        report(lifetimeMs);
        await pass(silenceMs);
        const overMs = silenceMs - (lifetimeMs ?? ttlMs);
        if (overMs < -SECOND) expect(isListed()).toBe(true);
        if (overMs >= SECOND) expect(isListed()).toBe(false);
        expect(world.board.expiringPositions).toBeLessThanOrEqual(1);
        // Once it is confirmed that the friend is inactive, only an announcement brings it back.
        if (overMs >= 0) break;
      }
    }),
  );
});

it('[S4] a position that is recorded again after a loss has the lifetime that was received', () => {
  const { report, world } = setUp();
  report(900 * SECOND);
  expect(world.board.positions().map(({ record }) => record.lifetimeMs)).toEqual([900 * SECOND]);
});
