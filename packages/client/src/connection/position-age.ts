/** How old a position is when it is sent, and the time that the server is told for it. */
import type { Position } from '../wire-messages.ts';

/** A position that is to be sent, with the time it was taken. */
export interface TakenPosition {
  readonly position: Position;
  /** ms since the epoch. */
  readonly takenAt: number;
  /** True: `takenAt` is certainly by the clock of this device, since this package read it. */
  readonly isOwnTime: boolean;
}

/** A position that is at most this old is sent without a time, and the server stamps it at its arrival, ms. */
const FRESH_MS = 2_000;

/**
 * The age in ms. The time of a fix may be by the device's clock or, from a satellite, by the true one, and the device's
 * clock may be wrong. A device does not give fixes of the future, and rarely old ones: so of the two possible ages the
 * smaller one counts, unless it is negative.
 */
export function ageOf({ takenAt, isOwnTime }: TakenPosition, deviceNow: number, serverNow: number): number {
  const byDevice = deviceNow - takenAt;
  if (isOwnTime) return Math.max(0, byDevice);
  const possible = [byDevice, serverNow - takenAt].filter((ageMs) => ageMs >= 0);
  return possible.length === 0 ? 0 : Math.min(...possible);
}

/** What is sent: with `at` by the server's clock, if the position is not fresh. */
export function toWire(taken: TakenPosition, deviceNow: number, serverNow: number): Position & { at?: number } {
  const ageMs = ageOf(taken, deviceNow, serverNow);
  return ageMs <= FRESH_MS ? taken.position : { ...taken.position, at: Math.round(serverNow - ageMs) };
}
