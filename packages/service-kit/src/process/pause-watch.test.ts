import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ManualClock } from '../clock/manual-clock.ts';
import { PauseWatch } from './pause-watch.ts';

let clock: ManualClock;
/** How far the clock has moved on while no timer ran. */
let stoodStillMs: number;
let watch: PauseWatch;

beforeEach(() => {
  clock = new ManualClock();
  stoodStillMs = 0;
  watch = new PauseWatch({
    clock: {
      now: () => clock.now() + stoodStillMs,
      after: (ms, run) => clock.after(ms, run),
      every: (ms, run) => clock.every(ms, run),
    },
  });
  watch.start();
});
afterEach(() => watch.stop());

describe('a process', () => {
  it('that runs has not just continued, however long it runs and however seldom it is asked', () => {
    expect(watch.hasJustContinued()).toBe(false);
    clock.advance(3_600_000);
    expect(watch.hasJustContinued()).toBe(false);
  });

  it('that stood still has, for a second, whether a socket or a timer comes first', () => {
    stoodStillMs += 20_000;
    expect(watch.hasJustContinued()).toBe(true);
    clock.advance(900);
    expect(watch.hasJustContinued()).toBe(true);
    clock.advance(200);
    expect(watch.hasJustContinued()).toBe(false);
    stoodStillMs += 20_000;
    clock.advance(500);
    expect(watch.hasJustContinued()).toBe(true);
  });

  it('that stalled for a moment has not', () => {
    stoodStillMs += 3_000;
    expect(watch.hasJustContinued()).toBe(false);
  });
});

describe('what is read', () => {
  it('has not waited, for all a running process knows', () => {
    expect(watch.waitedMs()).toBe(0);
    clock.advance(10_000);
    expect(watch.waitedMs()).toBe(0);
  });

  it.each([200, 500, 2_000])('has waited since before a stand of %d ms, until a whole turn after it', (stood) => {
    clock.advance(10_000);
    stoodStillMs += stood;
    expect(watch.waitedMs()).toBeGreaterThanOrEqual(stood);
    expect(watch.waitedMs()).toBeLessThan(stood + 51);
    // The first tick after it: what was read before it may not have been all that waited.
    clock.advance(25);
    expect(watch.waitedMs()).toBeGreaterThanOrEqual(stood);
    clock.advance(25);
    expect(watch.waitedMs()).toBe(0);
  });

  it('has waited for two turns at most, however long a process is slow', () => {
    for (let turn = 0; turn < 100; turn++) {
      stoodStillMs += 275;
      clock.advance(25);
      expect(watch.waitedMs()).toBeLessThanOrEqual(600);
    }
    expect(watch.waitedMs()).toBeGreaterThan(200);
  });
});
