import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ManualClock } from '@nearby-friends/service-kit';
import { LateRequests } from './late-requests.ts';

let clock: ManualClock;
/** How far the clock has moved on while no timer ran. */
let stoodStillMs: number;
let requests: LateRequests;
const now = () => clock.now() + stoodStillMs;
const isRefused = (receivedAt: number) => {
  try {
    requests.check(receivedAt);
    return false;
  } catch (error) {
    expect(error).toMatchObject({ code: 'unavailable', retryable: true });
    return true;
  }
};

beforeEach(() => {
  clock = new ManualClock();
  stoodStillMs = 0;
  requests = new LateRequests({
    clock: { now, after: (ms, run) => clock.after(ms, run), every: (ms, run) => clock.every(ms, run) },
  });
  requests.start();
});
afterEach(() => requests.stop());

describe('a change', () => {
  it('begins in a process that runs, however long it has run', () => {
    clock.advance(3_600_000);
    expect(isRefused(now())).toBe(false);
    expect(isRefused(now() - 10_000)).toBe(false);
  });

  it('does not begin after the load balancer has given it up', () => {
    clock.advance(60_000);
    expect(isRefused(now() - 15_000)).toBe(true);
  });

  it('that has waited for a stopped process does not begin, whether a timer or a socket comes first', () => {
    stoodStillMs += 20_000;
    expect(isRefused(now())).toBe(true);
    clock.advance(900);
    expect(isRefused(now())).toBe(true);
    clock.advance(200);
    expect(isRefused(now())).toBe(false);
    stoodStillMs += 20_000;
    clock.advance(500);
    expect(isRefused(now())).toBe(true);
  });

  it('begins after a short stall', () => {
    stoodStillMs += 2_000;
    expect(isRefused(now())).toBe(false);
  });
});
