import { describe, expect, it } from '@jest/globals';
import { distanceMeters } from '@nearby-friends/geo';
import fc from 'fast-check';
import { DEGREES_PER_METER } from '../test-support/nearby-world.ts';
import { SafeRegion } from './safe-region.ts';

const at = (meters: number): [lat: number, lng: number] => [meters * DEGREES_PER_METER, 0];

function begun(margin: number): SafeRegion {
  const region = new SafeRegion();
  region.reset(...at(0));
  region.shrinkTo(margin);
  return region;
}

describe('a viewer', () => {
  it('may move by the least margin, there and back', () => {
    const region = begun(100);
    region.shrinkTo(300);
    for (const meters of [99, -99, 0, 50]) expect(region.isExitedAt(...at(meters))).toBe(false);
    // A decimetre on the safe side.
    for (const meters of [99.95, 100.1, -100.1]) expect(region.isExitedAt(...at(meters))).toBe(true);
  });

  it('without friends may go anywhere', () => {
    const region = new SafeRegion();
    region.reset(...at(0));
    expect(region.isExitedAt(...at(1_000_000))).toBe(false);
  });

  it('without a reset has left the region at every step', () => {
    expect(new SafeRegion().isExitedAt(...at(1))).toBe(true);
  });

  it('may move less when a margin is found on the way', () => {
    const region = begun(1_000);
    expect(region.isExitedAt(...at(400))).toBe(false);
    region.shrinkTo(100);
    // 100 m from here may be 100 m back: counted from the beginning nothing is left.
    expect(region.isExitedAt(...at(401))).toBe(true);
  });
});

it('[N4] no edge is crossed unnoticed, wherever viewer and friends go', () => {
  interface Place {
    lat: number;
    lng: number;
  }
  const place: fc.Arbitrary<Place> = fc.record({
    lat: fc.double({ min: 37.7, max: 37.8, noNaN: true }),
    lng: fc.double({ min: -122.5, max: -122.4, noNaN: true }),
  });
  const edge = 3_000;
  fc.assert(
    fc.property(
      fc.array(place, { minLength: 1, maxLength: 6 }),
      fc.array(place, { maxLength: 30 }),
      (friends, steps) => {
        const region = new SafeRegion();
        const isInside = (viewer: Place, friend: Place) =>
          distanceMeters(viewer.lat, viewer.lng, friend.lat, friend.lng) <= edge;
        const keepAll = (viewer: Place) => {
          region.reset(viewer.lat, viewer.lng);
          for (const friend of friends) {
            region.shrinkTo(Math.abs(distanceMeters(viewer.lat, viewer.lng, friend.lat, friend.lng) - edge));
          }
          return friends.map((friend) => isInside(viewer, friend));
        };
        let known = keepAll({ lat: 37.75, lng: -122.45 });
        for (const viewer of steps) {
          if (region.isExitedAt(viewer.lat, viewer.lng)) known = keepAll(viewer);
          expect(friends.map((friend) => isInside(viewer, friend))).toEqual(known);
        }
      },
    ),
  );
});
