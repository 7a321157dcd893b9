/** The city's time: at any pace, and optionally without nights. */
import { describe, expect, it } from '@jest/globals';
import { CityClock } from './city-clock.ts';

const HOUR = 60;

describe('the clock of a city', () => {
  it('runs at its pace from its start, and counts days', () => {
    const clock = new CityClock({ startsAtMs: 5_000, startMinute: 23 * HOUR, pace: 60 });
    expect(clock.timeAt(5_000)).toEqual({ day: 0, minute: 23 * HOUR });
    expect(clock.timeAt(5_000 + 60_000)).toEqual({ day: 1, minute: 0 });
    expect(clock.secondsAt(5_000 + 1_000)).toBe(60);
  });

  it('leaves out the nights', () => {
    const hours = { from: 7 * HOUR, to: 22 * HOUR };
    const clock = new CityClock({ startsAtMs: 0, startMinute: 21.5 * HOUR, pace: 30, hours });
    expect(clock.timeAt(60_000)).toEqual({ day: 1, minute: 7 * HOUR });
    expect(clock.timeAt(15 * 120_000)).toEqual({ day: 1, minute: 21.5 * HOUR });
    expect(() => new CityClock({ startsAtMs: 0, startMinute: HOUR, pace: 1, hours })).toThrow('night');
  });
});
