/** Compares the page's copies of protocol limits with the protocol. */
import { describe, expect, it } from '@jest/globals';
import {
  DEFAULT_RADIUS_METERS as DEFAULT,
  MAX_RADIUS_METERS as MAX,
  MAX_STAYS_VISIBLE_SECONDS,
  MIN_RADIUS_METERS as MIN,
  MIN_STAYS_VISIBLE_SECONDS,
  staysVisibleSecondsSchema,
  userIdSchema,
} from '@nearby-friends/protocol';
import {
  DEFAULT_RADIUS_METERS,
  MAX_RADIUS_METERS,
  MIN_RADIUS_METERS,
  radiusOfShare,
  shareOfRadius,
} from './nearby/radius-choice.ts';
import { STAYS_VISIBLE_CHOICES } from './panel/device-choices.ts';
import { isUserId } from './session/is-user-id.ts';

describe('the radius', () => {
  it('has the limits of the protocol', () => {
    expect([MIN_RADIUS_METERS, DEFAULT_RADIUS_METERS, MAX_RADIUS_METERS]).toEqual([MIN, DEFAULT, MAX]);
  });

  it('covers the whole slider', () => {
    expect([radiusOfShare(0), Math.round(radiusOfShare(1))]).toEqual([MIN, MAX]);
    expect(radiusOfShare(shareOfRadius(5_000))).toBeCloseTo(5_000, 6);
  });
});

describe('how long reports of a device stay visible', () => {
  it('is chosen from what the protocol allows', () => {
    for (const seconds of STAYS_VISIBLE_CHOICES) expect(staysVisibleSecondsSchema.parse(seconds)).toBe(seconds);
    expect([STAYS_VISIBLE_CHOICES[0], STAYS_VISIBLE_CHOICES.at(-1)]).toEqual([
      MIN_STAYS_VISIBLE_SECONDS,
      MAX_STAYS_VISIBLE_SECONDS,
    ]);
  });
});

describe('ids', () => {
  it.each(['alice', 'a-b_C9', 'x'.repeat(64), '', 'x'.repeat(65), 'a b', 'é', 'a\n', '../me'])(
    '"%s" is one or is not',
    (text) => {
      expect(isUserId(text)).toBe(userIdSchema.safeParse(text).success);
    },
  );
});
