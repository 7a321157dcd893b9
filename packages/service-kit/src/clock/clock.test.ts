import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { delay, everyAligned, msUntilAligned, systemClock } from './clock.ts';
import { ManualClock } from './manual-clock.ts';

const DAY_MS = 86_400_000;

describe("the system's clock", () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('rings after a month too, not at once as the timers of Node do', () => {
    let rung = 0;
    systemClock.after(30 * DAY_MS, () => rung++);
    jest.advanceTimersByTime(30 * DAY_MS - 1);
    expect(rung).toBe(0);
    jest.advanceTimersByTime(1);
    expect(rung).toBe(1);
    jest.advanceTimersByTime(100 * DAY_MS);
    expect(rung).toBe(1);
  });

  it('can be called off in any leg, and never rings when the time is endless', () => {
    const callOff = systemClock.after(60 * DAY_MS, () => {
      throw new Error('called off');
    });
    systemClock.after(Number.POSITIVE_INFINITY, () => {
      throw new Error('endless');
    });
    jest.advanceTimersByTime(40 * DAY_MS);
    callOff();
    jest.advanceTimersByTime(100 * DAY_MS);
  });

  it('repeats until called off', () => {
    let rung = 0;
    const callOff = systemClock.every(1_000, () => rung++);
    jest.advanceTimersByTime(3_500);
    callOff();
    jest.advanceTimersByTime(3_500);
    expect(rung).toBe(3);
  });
});

it("the system's clock keeps no process alive and agrees with the wall", () => {
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000);
});

describe('the clock of tests', () => {
  it('runs what falls due in order, at its time, and what that sets in turn', () => {
    const clock = new ManualClock(0);
    const rung: string[] = [];
    const note = (what: string) => () => rung.push(`${what}@${clock.now()}`);
    clock.after(30, note('late'));
    clock.every(20, note('again'));
    clock.after(10, () => {
      note('early')();
      clock.after(5, note('inner'));
    });
    clock.advance(40);
    expect(rung).toEqual(['early@10', 'inner@15', 'again@20', 'late@30', 'again@40']);
    expect([clock.now(), clock.pending]).toEqual([40, 1]);
  });

  it('does not run what was called off, not even from what runs at the same time', () => {
    const clock = new ManualClock();
    let rung = 0;
    const callOff = clock.after(10, () => rung++);
    clock.after(5, callOff);
    clock.advance(100);
    expect([rung, clock.pending]).toEqual([0, 0]);
  });

  it('resolves delay()', async () => {
    const clock = new ManualClock();
    let isOver = false;
    const waiting = delay(clock, 1_000).then(() => {
      isOver = true;
    });
    clock.advance(999);
    await Promise.resolve();
    expect(isOver).toBe(false);
    clock.advance(1);
    await waiting;
  });
});

describe('multiples of a time', () => {
  it('are the same for all who wait for them, whenever they began', () => {
    const clock = new ManualClock(1_000_000);
    const rung: string[] = [];
    everyAligned(clock, 50, () => rung.push(`a ${clock.now()}`));
    clock.advance(30);
    everyAligned(clock, 50, () => rung.push(`b ${clock.now()}`));
    clock.advance(70);
    expect(rung).toEqual(['a 1000050', 'b 1000050', 'a 1000100', 'b 1000100']);
  });

  it('that have passed meanwhile are reported in one call, and the next is on time', () => {
    let now = 1_000_000;
    let fire = (): void => undefined;
    const waits: number[] = [];
    const passed: number[] = [];
    const after = (ms: number, run: () => void) => {
      waits.push(ms);
      fire = run;
      return () => {
        fire = () => undefined;
      };
    };
    const callOff = everyAligned({ now: () => now, after, every: after }, 50, (ticks) => passed.push(ticks));
    for (const late of [1_000_050, 1_000_180, 1_000_199, 1_000_200]) {
      now = late;
      fire();
    }
    callOff();
    now = 1_000_900;
    fire();
    expect(waits).toEqual([50, 50, 20, 1, 50]);
    // The timer that fired a millisecond early has nothing to report.
    expect(passed).toEqual([1, 2, 1]);
  });

  it('may have an offset', () => {
    const clock = new ManualClock(1_000_010);
    expect([msUntilAligned(clock, 50), msUntilAligned(clock, 50, 25), msUntilAligned(clock, 0)]).toEqual([40, 15, 0]);
  });
});
