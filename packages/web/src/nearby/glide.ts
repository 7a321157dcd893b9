/** Where friends are drawn between two reports: on the way from the one to the other. */
import { distanceMeters } from '@nearby-friends/geo';

export interface Place {
  readonly lat: number;
  readonly lng: number;
}

interface Way {
  readonly from: Place;
  readonly to: Place;
  readonly startedAt: number;
  readonly durationMs: number;
}

/** A way takes about as long as the pause between reports was, so that who walks steadily is drawn so; within bounds. */
export const SHORTEST_MS = 250;
export const MAX_MS = 2_500;
/** Further than anybody moves between two reports that are seconds apart: they are there, and did not fly. */
export const JUMP_METERS = 3_000;

/** Times are of one monotonic clock, ms. */
export class Glide {
  #way: Way;

  constructor(place: Place, now: number) {
    this.#way = { from: place, to: place, startedAt: now, durationMs: 0 };
  }

  /** From where it is drawn now, on to there. */
  moveTo(place: Place, now: number): void {
    const before = this.#way;
    if (before.to.lat === place.lat && before.to.lng === place.lng) return;
    const from = this.at(now);
    const isJump = distanceMeters(from.lat, from.lng, place.lat, place.lng) > JUMP_METERS;
    const pauseMs = now - before.startedAt;
    this.#way = {
      from: isJump ? place : from,
      to: place,
      startedAt: now,
      durationMs: isJump ? 0 : Math.min(MAX_MS, Math.max(SHORTEST_MS, pauseMs)),
    };
  }

  /** Where it is drawn. */
  at(now: number): Place {
    const { from, to, startedAt, durationMs } = this.#way;
    const share = durationMs === 0 ? 1 : Math.min(1, Math.max(0, (now - startedAt) / durationMs));
    if (share === 1) return to;
    return { lat: from.lat + (to.lat - from.lat) * share, lng: from.lng + shortest(to.lng - from.lng) * share };
  }

  isMoving(now: number): boolean {
    return now - this.#way.startedAt < this.#way.durationMs;
  }
}

/** The shorter way round the earth, degrees. */
function shortest(degrees: number): number {
  if (degrees > 180) return degrees - 360;
  return degrees < -180 ? degrees + 360 : degrees;
}
