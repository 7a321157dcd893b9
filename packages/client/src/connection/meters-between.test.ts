import { describe, expect, it } from '@jest/globals';
import { distanceMeters } from '@nearby-friends/geo';
import { metersBetween } from './meters-between.ts';

describe('metersBetween', () => {
  it.each([
    [
      { lat: 37.7955, lng: -122.3937 },
      { lat: 37.7959, lng: -122.3931 },
    ],
    [
      { lat: 0, lng: 179.9999 },
      { lat: 0, lng: -179.9999 },
    ],
    [
      { lat: 89.999, lng: 0 },
      { lat: 89.999, lng: 180 },
    ],
    [
      { lat: -90, lng: 0 },
      { lat: 90, lng: 0 },
    ],
    [
      { lat: 1, lng: 2 },
      { lat: 1, lng: 2 },
    ],
  ])('agrees with the server’s distance: %j %j', (a, b) => {
    expect(metersBetween(a, b)).toBeCloseTo(distanceMeters(a.lat, a.lng, b.lat, b.lng), 3);
  });
});
