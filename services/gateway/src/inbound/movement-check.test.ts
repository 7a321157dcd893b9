import { describe, expect, it } from '@jest/globals';
import { TOLERATED_JUMPS } from '@nearby-friends/geo';
import { ManualClock } from '@nearby-friends/service-kit';
import { north } from '../test-support/nearby-world.ts';
import { testMetrics, testSession } from '../test-support/test-session.ts';
import { MovementCheck, THROTTLED_FOR_MS } from './movement-check.ts';

const MAX_SPEED = 340;

function setUp(maxSpeed = MAX_SPEED) {
  const clock = new ManualClock();
  const { metrics, metric } = testMetrics();
  const check = new MovementCheck({ maxSpeed, clock, metrics });
  const { session } = testSession();
  session.move({ lat: 0, lng: 0 }, clock.now());
  return {
    clock,
    session,
    counted: () => metric('nearby_implausible_movements_total'),
    isSlowed: () => session.throttledUntil > clock.now(),
    /** Moves that far north within that time. */
    jump(meters: number, ms: number) {
      clock.advance(ms);
      const { lat, lng } = north(meters + (session.own?.lat ?? 0) / north(1).lat);
      check.check(session, lat, lng, clock.now());
      session.move({ lat, lng }, clock.now());
    },
  };
}

describe('a movement', () => {
  it('up to 340 m/s by the server’s clock is plausible, however long it lasts', async () => {
    const { counted, isSlowed, jump } = setUp();
    for (let i = 0; i < 100; i++) jump(MAX_SPEED * 4.9, 5_000);
    expect(await counted()).toBe(0);
    expect(isSlowed()).toBe(false);
  });

  it('beyond that is counted', async () => {
    const { counted, jump } = setUp();
    jump(MAX_SPEED * 5.1, 5_000);
    jump(100_000, 60_000);
    expect(await counted()).toBe(2);
  });

  it('between reports that were held up and come together is taken for one of a second', async () => {
    const { counted, jump } = setUp();
    for (let i = 0; i < 20; i++) jump(MAX_SPEED * 0.9, 1);
    expect(await counted()).toBe(0);
  });

  it('that is the first is none', async () => {
    const { metrics, metric } = testMetrics();
    const clock = new ManualClock();
    new MovementCheck({ maxSpeed: MAX_SPEED, clock, metrics }).check(testSession().session, 50, 50, clock.now());
    expect(await metric('nearby_implausible_movements_total')).toBe(0);
  });

  it('is not looked at where that is switched off', async () => {
    const { counted, isSlowed, jump } = setUp(0);
    for (let i = 0; i < 100; i++) jump(50_000, 100);
    expect(await counted()).toBe(0);
    expect(isSlowed()).toBe(false);
  });
});

describe('a viewer who jumps about', () => {
  it('is forgiven a generous number of times, and then slowed until it stops', () => {
    const { clock, isSlowed, jump } = setUp();
    for (let i = 0; i < TOLERATED_JUMPS.burst; i++) jump(50_000, 10);
    expect(isSlowed()).toBe(false);
    jump(50_000, 10);
    expect(isSlowed()).toBe(true);
    clock.advance(THROTTLED_FOR_MS);
    expect(isSlowed()).toBe(false);
  });

  it('regains one jump per 2 s', () => {
    const { isSlowed, jump } = setUp();
    for (let i = 0; i < 200; i++) jump(50_000, 2_000);
    expect(isSlowed()).toBe(false);
  });
});
