/** The great-circle distance between two positions, as the public protocol defines it. */

/** Mean radius of the Earth (IUGG R1 of WGS 84), the protocol's sphere. Metres. */
export const EARTH_RADIUS_METERS = 6_371_008.8;

const RADIANS_PER_DEGREE = Math.PI / 180;

/**
 * Great-circle distance in metres between two positions in degrees (latitude −90…90, longitude −180…180).
 *
 * Haversine (R. W. Sinnott, "Virtues of the Haversine", Sky & Telescope 68, 1984): exact to nanometres for neighbours,
 * where the law of cosines loses everything. Its weakness is the far side of the sphere, where asin is infinitely steep;
 * beyond a quarter turn the distance to the *antipode* of b is measured instead and taken from half a turn.
 * Symmetric bit for bit. Not a number in, not a number out. Allocates nothing: this is the hot path.
 */
export function distanceMeters(aLat: number, aLng: number, bLat: number, bLng: number): number {
  const aPhi = aLat * RADIANS_PER_DEGREE;
  const bPhi = bLat * RADIANS_PER_DEGREE;
  const cosines = Math.cos(aPhi) * Math.cos(bPhi);
  // Subtracting degrees is exact for neighbours (Sterbenz), subtracting radians would carry two roundings.
  const halfLat = Math.sin((bLat - aLat) * (RADIANS_PER_DEGREE / 2));
  const halfLngAngle = (bLng - aLng) * (RADIANS_PER_DEGREE / 2);
  const halfLng = Math.sin(halfLngAngle);
  const haversine = halfLat * halfLat + cosines * halfLng * halfLng;
  if (haversine <= 0.5) return 2 * EARTH_RADIUS_METERS * Math.asin(Math.sqrt(haversine));

  const mirroredLat = Math.sin((bLat + aLat) * (RADIANS_PER_DEGREE / 2));
  const mirroredLng = Math.cos(halfLngAngle);
  const toAntipode = mirroredLat * mirroredLat + cosines * mirroredLng * mirroredLng;
  return EARTH_RADIUS_METERS * (Math.PI - 2 * Math.asin(Math.sqrt(toAntipode)));
}
