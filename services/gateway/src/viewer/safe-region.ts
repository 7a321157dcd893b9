/** The region a viewer can move in without anybody entering or leaving its list because of that. The hot path. */
import { distanceMeters } from '@nearby-friends/geo';

/** Radii are whole decimetres, rounded down: V8 stores a fractional number as an object of its own. */
const DECIMETRES = 10;
/** Larger than any distance on earth, decimetres. */
const UNLIMITED = 1_000_000_000;

/**
 * A friend on the list, `m` metres inside the leave radius, cannot leave before the viewer has moved by `m`; the same
 * holds for a friend outside who may enter (triangle inequality). The region is the circle around the last reset with
 * the smallest of these margins as its radius. As long as the viewer stays inside, no distance has to be computed.
 */
export class SafeRegion {
  /** Decimetres around the centre. */
  #radius = 0;
  /** The viewer's distance from the centre, decimetres. */
  #moved = 0;
  #lat = 0;
  #lng = 0;

  /** Centres the region on the viewer (degrees), without a limit; {@link shrinkTo} each friend's margin afterwards. */
  reset(lat: number, lng: number): void {
    this.#lat = lat;
    this.#lng = lng;
    this.#radius = UNLIMITED;
    this.#moved = 0;
  }

  /** Takes a friend's margin into account, metres from where the viewer is now. */
  shrinkTo(margin: number): void {
    // A decimetre less, since distances are rounded.
    const radius = Math.floor(Math.min(margin * DECIMETRES, UNLIMITED)) - 1 - this.#moved;
    if (radius < this.#radius) this.#radius = radius;
  }

  /** Moves the viewer. Returns whether a friend may have entered or left the list because of that. */
  isExitedAt(lat: number, lng: number): boolean {
    this.#moved = Math.ceil(distanceMeters(this.#lat, this.#lng, lat, lng) * DECIMETRES);
    return this.#moved > this.#radius;
  }

  /** Reads what {@link shrinkTo} needs, see `cache-prefetch.ts`. */
  prefetch(): number {
    return this.#radius + this.#moved;
  }
}
