/** Interpolates the place at which a friend is drawn between two positions. */
import { distanceMeters } from '@nearby-friends/geo';
import type { Place } from './place.ts';

interface Segment {
  readonly from: Place;
  readonly to: Place;
  readonly startedAt: number;
  readonly durationMs: number;
}

/** Limits of the duration, ms. It follows the interval between positions, so that a steady walk looks steady. */
export const MIN_MS = 250;
export const MAX_MS = 2_500;
/** A longer distance between two positions is drawn as a jump, metres. */
export const JUMP_METERS = 3_000;

/** All times are from one monotonic clock, ms. */
export class Glide {
  #segment: Segment;

  constructor(place: Place, now: number) {
    this.#segment = { from: place, to: place, startedAt: now, durationMs: 0 };
  }

  /** Starts moving from the current place to a new one. */
  moveTo(place: Place, now: number): void {
    const previous = this.#segment;
    if (previous.to.lat === place.lat && previous.to.lng === place.lng) return;
    const from = this.at(now);
    const isJump = distanceMeters(from.lat, from.lng, place.lat, place.lng) > JUMP_METERS;
    const intervalMs = now - previous.startedAt;
    this.#segment = {
      from: isJump ? place : from,
      to: place,
      startedAt: now,
      durationMs: isJump ? 0 : Math.min(MAX_MS, Math.max(MIN_MS, intervalMs)),
    };
  }

  /** The interpolated place at a time. */
  at(now: number): Place {
    const { from, to, startedAt, durationMs } = this.#segment;
    const share = durationMs === 0 ? 1 : Math.min(1, Math.max(0, (now - startedAt) / durationMs));
    if (share === 1) return to;
    return { lat: from.lat + (to.lat - from.lat) * share, lng: from.lng + normalizeDegrees(to.lng - from.lng) * share };
  }

  isMoving(now: number): boolean {
    return now - this.#segment.startedAt < this.#segment.durationMs;
  }
}

/** Normalizes a difference of longitudes to −180…180 degrees. */
function normalizeDegrees(degrees: number): number {
  if (degrees > 180) return degrees - 360;
  return degrees < -180 ? degrees + 360 : degrees;
}
