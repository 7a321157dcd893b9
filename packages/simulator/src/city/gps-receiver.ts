/** What a phone takes its place for: near the true one, drifting slowly, and now and then somewhere else altogether. */
import type { Position } from '@nearby-friends/protocol';
import { between, gaussian, type Random } from '../plain/seeded-random.ts';
import type { Motion } from '../streets/journey.ts';
import { placeFrom } from '../streets/tile-grid.ts';

/** Standard deviation of the error in each direction, m: under the open sky, and between high houses. */
const MIN_ERROR = 3;
const MAX_ERROR = 8;
/** Time constant of the error, s: a receiver drifts slowly (a Gauss–Markov process). */
const ERROR_MEMORY_SECONDS = 40;
/** One fix of this many is a jump: a reflection, or a mast instead of satellites. */
const FIXES_PER_JUMP = 400;
/** How far it leads, m. */
const MIN_JUMP = 60;
const MAX_JUMP = 300;
/** Radius within which the true place is with 68 %, in standard deviations of one direction. */
const ACCURACY_DEVIATIONS = 1.5;
/** A centimetre: as fine as phones report, and two fixes at the same place still differ. */
const DECIMALS = 7;

/** A receiver of one phone. */
export class GpsReceiver {
  readonly #random: Random;
  readonly #deviation: number;
  #north = 0;
  #east = 0;
  #lastAt: number | undefined;

  constructor(random: Random) {
    this.#random = random;
    this.#deviation = between(random, MIN_ERROR, MAX_ERROR);
  }

  /** The fix at this moment (seconds, never earlier than the last one) of a phone that moves so. */
  fix({ speed, heading, ...truth }: Motion, atSeconds: number): Position {
    this.#drift(this.#lastAt === undefined ? Number.POSITIVE_INFINITY : atSeconds - this.#lastAt);
    this.#lastAt = atSeconds;
    const jump = this.#jump();
    const accuracy = jump?.meters ?? this.#deviation * ACCURACY_DEVIATIONS;
    const { lat, lng } = placeFrom(truth, this.#north + (jump?.north ?? 0), this.#east + (jump?.east ?? 0));
    return {
      lat: rounded(lat),
      lng: rounded(lng),
      accuracy: Math.round(accuracy),
      speed: Math.round(speed * 10) / 10,
      ...(heading === undefined ? {} : { heading: Math.round(heading) % 360 }),
    };
  }

  #drift(seconds: number): void {
    const kept = Math.exp(-seconds / ERROR_MEMORY_SECONDS);
    const fresh = this.#deviation * Math.sqrt(1 - kept * kept);
    this.#north = this.#north * kept + gaussian(this.#random) * fresh;
    this.#east = this.#east * kept + gaussian(this.#random) * fresh;
  }

  #jump(): { north: number; east: number; meters: number } | undefined {
    if (this.#random() * FIXES_PER_JUMP >= 1) return undefined;
    const meters = between(this.#random, MIN_JUMP, MAX_JUMP);
    const direction = between(this.#random, 0, 2 * Math.PI);
    return { north: Math.cos(direction) * meters, east: Math.sin(direction) * meters, meters };
  }
}

function rounded(degrees: number): number {
  return Number(degrees.toFixed(DECIMALS));
}
