/** How far a viewer may move before anybody could enter or leave its list by that. The hot path. */
import { distanceMeters } from '@nearby-friends/geo';

/** Distances are rounded; metres. */
const ROUNDING = 0.001;

/**
 * A friend who is on the list `m` metres within the radius of leaving cannot leave before the viewer has moved by `m`,
 * and one outside cannot enter (triangle inequality). The least of these margins, counted from where the viewer was when
 * it began, spares a viewer's movement the look at every friend: nearly always there is nothing to see.
 */
export class FreeReach {
  #lat = 0;
  #lng = 0;
  /** From there, metres. */
  #meters = 0;
  /** How far the viewer is from there, metres. */
  #moved = 0;

  /** Begins anew where the viewer is (degrees); then {@link keep} every friend's margin. */
  begin(lat: number, lng: number): void {
    this.#lat = lat;
    this.#lng = lng;
    this.#meters = Number.POSITIVE_INFINITY;
    this.#moved = 0;
  }

  /** A friend's margin (metres) as it is where the viewer is now. */
  keep(margin: number): void {
    const meters = margin - this.#moved - ROUNDING;
    if (meters < this.#meters) this.#meters = meters;
  }

  /** The viewer has moved. Returns whether anybody may have entered or left by it. */
  isLeftAt(lat: number, lng: number): boolean {
    this.#moved = distanceMeters(this.#lat, this.#lng, lat, lng);
    return this.#moved > this.#meters;
  }
}
