/** Places in San Francisco that tests walk between, and how to walk. */
import type { Position } from '@nearby-friends/protocol';

const METERS_PER_DEGREE = (Math.PI / 180) * 6_371_008.8;

export const FERRY_BUILDING: Position = { lat: 37.7955, lng: -122.3937 };

/** The place that many metres north of `from`, on the protocol's sphere. */
export function north(from: Position, meters: number): Position {
  return { lat: from.lat + meters / METERS_PER_DEGREE, lng: from.lng };
}
