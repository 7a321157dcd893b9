import { expect, it } from '@jest/globals';
import { ManualClock } from '@nearby-friends/service-kit';
import { LateRequests } from './late-requests.ts';

it('a change begins unless it is old, or may have waited through a pause', () => {
  const clock = new ManualClock();
  let hasJustContinued = false;
  const requests = new LateRequests({ clock, pauses: { hasJustContinued: () => hasJustContinued } });
  const check = (ageMs: number) => () => requests.check(clock.now() - ageMs);
  expect(check(0)).not.toThrow();
  expect(check(10_000)).not.toThrow();
  expect(check(15_000)).toThrow(expect.objectContaining({ code: 'unavailable', retryable: true }));
  hasJustContinued = true;
  expect(check(0)).toThrow(expect.objectContaining({ code: 'unavailable', retryable: true }));
});
