import { expect, it } from '@jest/globals';
import { testSession } from './test-support/test-session.ts';

it.each([5_000, 100, 0.5, 1_234.567, 5_000])(
  'a radius of %p m is kept as it is, and never smaller in whole metres',
  (meters) => {
    const { session } = testSession();
    session.radiusMeters = 999.5;
    session.radiusMeters = meters;
    expect(session.radiusMeters).toBe(meters);
    expect(session.radiusAtMost).toBe(Math.ceil(meters));
  },
);
