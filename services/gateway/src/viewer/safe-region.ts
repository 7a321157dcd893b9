/** How far a viewer may move before anybody could enter or leave its list by that. The hot path. */
import { distanceMeters } from '@nearby-friends/geo';

/** Whole decimetres in all, on the safe side: a number with a fraction would be an object of its own. */
const DECIMETRES = 10;
/** More than there are on earth. */
const ANY_DISTANCE = 1_000_000_000;

/**
 * A friend who is on the list `m` metres within the radius of leaving cannot leave before the viewer has moved by `m`,
 * and one outside cannot enter (triangle inequality). The least of these margins, counted from where the viewer was when
 * it began, spares a viewer's movement the look at every friend: nearly always there is nothing to see.
 */
export class SafeRegion {
  /** From where it began, decimetres. */
  #reach = 0;
  /** How far the viewer is from there, decimetres. */
  #moved = 0;
  #lat = 0;
  #lng = 0;

  /** Begins anew where the viewer is (degrees); then {@link keep} every friend's margin. */
  begin(lat: number, lng: number): void {
    this.#lat = lat;
    this.#lng = lng;
    this.#reach = ANY_DISTANCE;
    this.#moved = 0;
  }

  /** A friend's margin (metres) as it is where the viewer is now. */
  keep(margin: number): void {
    // Distances are rounded: a decimetre less than there is.
    const reach = Math.floor(Math.min(margin * DECIMETRES, ANY_DISTANCE)) - 1 - this.#moved;
    if (reach < this.#reach) this.#reach = reach;
  }

  /** The viewer has moved. Returns whether anybody may have entered or left by it. */
  isExitedAt(lat: number, lng: number): boolean {
    this.#moved = Math.ceil(distanceMeters(this.#lat, this.#lng, lat, lng) * DECIMETRES);
    return this.#moved > this.#reach;
  }

  /** Looks at what {@link keep} needs: see `fetch-ahead.ts`. */
  fetch(): number {
    return this.#reach + this.#moved;
  }
}
