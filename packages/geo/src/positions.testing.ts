/** Arbitrary positions for the property tests, biased to where formulas break: poles, antimeridian, neighbours, antipodes. */
import fc from 'fast-check';

export interface TestPosition {
  lat: number;
  lng: number;
}

const latitude = fc.oneof(
  fc.double({ min: -90, max: 90, noNaN: true }),
  fc.constantFrom(-90, 90, 0, 89.999_999, -89.999_999),
);
const longitude = fc.oneof(
  fc.double({ min: -180, max: 180, noNaN: true }),
  fc.constantFrom(-180, 180, 0, 179.999_999, -179.999_999),
);

export const position: fc.Arbitrary<TestPosition> = fc.record({ lat: latitude, lng: longitude });

/** `a` and the position at a shifted latitude (clipped) and longitude (wrapped), so that it stays a position. */
function pair(a: TestPosition, lat: number, lng: number): [TestPosition, TestPosition] {
  const wrapped = lng > 180 ? lng - 360 : lng < -180 ? lng + 360 : lng;
  return [a, { lat: Math.max(-90, Math.min(90, lat)), lng: wrapped }];
}

const shift = fc.oneof(
  fc.double({ min: -1e-6, max: 1e-6, noNaN: true }),
  fc.double({ min: -0.2, max: 0.2, noNaN: true }),
);

/** Two positions: independent, close to each other, or close to each other's antipode. */
export const pairOfPositions: fc.Arbitrary<[TestPosition, TestPosition]> = fc.oneof(
  fc.tuple(position, position),
  fc.record({ a: position, dLat: shift, dLng: shift }).map(({ a, dLat, dLng }) => pair(a, a.lat + dLat, a.lng + dLng)),
  fc
    .record({ a: position, dLat: shift, dLng: shift })
    .map(({ a, dLat, dLng }) => pair(a, -a.lat + dLat, a.lng + 180 + dLng)),
);
