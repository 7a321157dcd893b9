import { expect, it } from '@jest/globals';
import { DEFAULT_RADIUS_METERS } from '@nearby-friends/protocol';
import { testSession } from '../test-support/test-session.ts';

it.each([DEFAULT_RADIUS_METERS, 5_000, 100, 0.5, 1_234.567, 1_234.57])(
  'a radius of %p m is kept as it is, and never smaller in whole metres',
  (meters) => {
    const { session } = testSession();
    expect(session.radiusMeters).toBe(DEFAULT_RADIUS_METERS);
    expect(session.setRadius(999.123, 1)).toBe(true);
    expect(session.setRadius(meters, 2)).toBe(true);
    expect(session.radiusMeters).toBe(meters);
    expect(session.radiusCeilMeters).toBe(Math.ceil(meters));
  },
);
