/** The pace of reports while a friend looks. */
import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@nearby-friends/service-kit';
import type { WatchOptions } from '../nearby-connection.ts';
import { Pace } from './pace.ts';
import { watchPosition } from './position-watch.ts';

/** How far the server's clock is ahead of the device's, ms. */
const LEAD_MS = 5_000;

function createPhone(options: WatchOptions = {}) {
  const clock = new ManualClock();
  const startedAt = clock.now();
  const serverClock = { now: () => clock.now() + LEAD_MS };
  const pace = new Pace({ serverClock, clock });
  const times: number[] = [];
  const ages: number[] = [];
  let isHidden = false;
  const watch = watchPosition(options, {
    // A stationary phone: it says where it is to each new watch, and then nothing.
    geolocation: {
      watchPosition(onFix, _, { maximumAge }) {
        ages.push(maximumAge);
        const coords = { latitude: 0, longitude: 0, accuracy: 5, heading: null, speed: null };
        onFix({ coords, timestamp: clock.now() });
        return 1;
      },
      clearWatch: () => undefined,
    },
    visibility: { isHidden: () => isHidden, onChange: () => () => undefined },
    requestedIntervalMs: pace.everyMs,
    reporter: {
      report: async () => times.push((clock.now() - startedAt) / 1_000),
      withdraw: () => undefined,
    },
    clock,
  });
  return {
    clock,
    pace,
    watch,
    ages,
    looked: (ms: number) => pace.set({ everyMs: 3_000, until: serverClock.now() + ms }),
    hide: () => {
      isHidden = true;
    },
    takeTimes: () => times.splice(0),
  };
}

describe('while a friend looks', () => {
  it('reports every 3 s until the time that the server names, and then every 30 s again', () => {
    const { clock, looked, takeTimes, ages } = createPhone();
    clock.advance(10_000);
    expect(takeTimes()).toEqual([0]);
    looked(12_000);
    clock.advance(12_000);
    expect(takeTimes()).toEqual([10, 13, 16, 19]);
    clock.advance(60_000);
    expect(takeTimes()).toEqual([49, 79]);
    expect(Math.min(...ages)).toBe(3_000);
    expect(ages.at(-1)).toBe(30_000);
  });

  it('goes on while the server says so again', () => {
    const { clock, looked, takeTimes } = createPhone();
    looked(60_000);
    clock.advance(30_000);
    looked(60_000);
    clock.advance(60_000);
    expect(takeTimes()).toHaveLength(90 / 3);
  });

  it('does so also while the page is hidden', () => {
    const { clock, looked, takeTimes, hide } = createPhone();
    hide();
    looked(9_000);
    clock.advance(9_000);
    expect(takeTimes()).toEqual([0, 3, 6]);
  });

  it('does not if the app has switched it off', () => {
    const { clock, looked, takeTimes } = createPhone({ fastReports: false });
    looked(60_000);
    clock.advance(60_000);
    expect(takeTimes()).toEqual([0, 30, 60]);
  });

  it('never reports less often than the app wants, and leaves no timer behind', () => {
    const { clock, pace, watch, looked, takeTimes } = createPhone({ intervalMs: 2_000 });
    looked(6_000);
    clock.advance(6_000);
    expect(takeTimes()).toEqual([0, 2, 4, 6]);
    looked(60_000);
    watch.stop();
    pace.end();
    expect(clock.pending).toBe(0);
  });

  it('ignores a time that has passed, and bounds what a server may ask for', () => {
    const { clock, looked, pace, takeTimes } = createPhone();
    looked(0);
    looked(-5_000);
    expect(pace.everyMs.value).toBeUndefined();
    pace.set({ everyMs: 1, until: Number.MAX_SAFE_INTEGER });
    clock.advance(119_000);
    expect(takeTimes()).toHaveLength(120);
    clock.advance(1_000);
    expect(pace.everyMs.value).toBeUndefined();
  });
});
