/** Phones stop reporting and come back, and their batteries drain and charge. */
import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '../plain/seeded-random.ts';
import { PhoneHabits, type PhoneState } from './phone-habits.ts';

const HOUR = 3_600;

describe('a phone', () => {
  it('reports most of the time, is quiet or offline now and then, and always comes back', () => {
    const counts: Record<PhoneState, number> = { reporting: 0, quiet: 0, offline: 0 };
    for (let seed = 0; seed < 50; seed += 1) {
      const phone = new PhoneHabits(seededRandom(seed));
      let pausedSince: number | undefined;
      for (let at = 0; at < 200 * HOUR; at += 60) {
        const state = phone.stateAt(at, false);
        counts[state] += 1;
        if (state === 'reporting') pausedSince = undefined;
        else pausedSince ??= at;
        if (pausedSince !== undefined) expect(at - pausedSince).toBeLessThan(2 * HOUR);
      }
    }
    const share = (state: PhoneState): number => counts[state] / (counts.reporting + counts.quiet + counts.offline);
    expect(share('reporting')).toBeGreaterThan(0.8);
    expect(share('reporting')).toBeLessThan(0.95);
    expect(share('offline')).toBeGreaterThan(share('quiet'));
  });

  it('loses power on the way and fills up at home, and is never quite empty nor over full', () => {
    const phone = new PhoneHabits(seededRandom(1));
    phone.stateAt(2 * HOUR, true);
    expect(phone.battery).toBe(1);
    phone.stateAt(7 * HOUR, false);
    expect(phone.battery).toBeLessThan(0.9);
    phone.stateAt(90 * HOUR, false);
    expect(phone.battery).toBeGreaterThan(0);
    expect(phone.battery).toBeLessThan(0.1);
  });
});
