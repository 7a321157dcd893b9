import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RateLimit } from './rate-limit.ts';

describe('[limits] a rate limit', () => {
  it('allows a burst at once, and then no more until time has passed', () => {
    const limit = new RateLimit({ perSecond: 10, burst: 3, now: 0 });
    expect([0, 0, 0, 0].map((now) => limit.take(now))).toEqual([true, true, true, false]);
    expect(limit.take(99)).toBe(false);
    expect(limit.take(100)).toBe(true);
    expect(limit.take(100)).toBe(false);
  });

  it('saves up no more than a burst', () => {
    const limit = new RateLimit({ perSecond: 10, burst: 2, now: 0 });
    expect([1e9, 1e9, 1e9].map((now) => limit.take(now))).toEqual([true, true, false]);
  });

  it('takes nothing for what it refuses', () => {
    const limit = new RateLimit({ perSecond: 1, burst: 1, now: 0 });
    limit.take(0);
    for (let now = 1; now < 1_000; now++) expect(limit.take(now)).toBe(false);
    expect(limit.take(1_001)).toBe(true);
  });

  it('never allows more than burst plus rate times time, whatever the pauses', () => {
    const pauses = fc.array(fc.nat({ max: 400 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(
        pauses,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 20 }),
        (waits, perSecond, burst) => {
          const limit = new RateLimit({ perSecond, burst, now: 0 });
          let now = 0;
          let allowed = 0;
          for (const wait of waits) {
            now += wait;
            if (limit.take(now)) allowed++;
            expect(allowed).toBeLessThanOrEqual(burst + (perSecond * now) / 1_000 + 1e-6);
          }
        },
      ),
    );
  });
});
