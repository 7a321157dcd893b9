/** The position of a person at each moment of a route: along the street, at their own pace, with waits at junctions. */
import { distanceMeters } from '@nearby-friends/geo';
import { between, type Random } from '../plain/seeded-random.ts';
import type { Leg } from './find-route.ts';
import type { Place } from './tile-grid.ts';
import { TRAVEL, type TravelMode } from './travel-mode.ts';

/** Where, how fast (m/s) and in which direction (degrees clockwise from north; undefined while standing). */
export interface Motion extends Place {
  readonly speed: number;
  readonly heading: number | undefined;
}

interface Milestone extends Place {
  /** Seconds since the journey's beginning. */
  readonly at: number;
}

export class Journey {
  readonly mode: TravelMode;
  readonly #milestones: readonly Milestone[];

  /** Along these legs, of which there must be one, each beginning where the last one ended. */
  constructor(legs: readonly Leg[], mode: TravelMode, random: Random) {
    this.mode = mode;
    this.#milestones = plan(legs, mode, random);
    if (this.#milestones.length < 2) throw new RangeError('a journey of no legs leads nowhere');
  }

  /** Seconds. */
  get duration(): number {
    return this.#milestones.at(-1)?.at ?? 0;
  }

  /** So many seconds after the beginning; before it and after the end one stands there. */
  at(seconds: number): Motion {
    const next = this.#firstAfter(seconds);
    const [from, to] = [this.#milestones[next - 1], this.#milestones[next]];
    const end = from ?? to;
    if (end === undefined) throw new RangeError('a journey has milestones');
    if (from === undefined || to === undefined) return { lat: end.lat, lng: end.lng, speed: 0, heading: undefined };
    const share = (seconds - from.at) / (to.at - from.at);
    const meters = distanceMeters(from.lat, from.lng, to.lat, to.lng);
    return {
      lat: from.lat + (to.lat - from.lat) * share,
      lng: from.lng + (to.lng - from.lng) * share,
      speed: meters / (to.at - from.at),
      heading: meters === 0 ? undefined : headingBetween(from, to),
    };
  }

  /** By bisection. */
  #firstAfter(seconds: number): number {
    let [low, high] = [0, this.#milestones.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#milestones[middle]?.at ?? 0) > seconds) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function plan(legs: readonly Leg[], mode: TravelMode, random: Random): Milestone[] {
  const { speeds, slowest, fastest, halts } = TRAVEL[mode];
  const pace = between(random, slowest, fastest);
  const milestones: Milestone[] = [];
  let at = 0;
  for (const { stretch, isReversed } of legs) {
    const speed = speeds[stretch.roadClass];
    if (speed === undefined) throw new RangeError(`${mode} is not possible on a ${stretch.roadClass}`);
    for (const place of isReversed ? [...stretch.shape].reverse() : stretch.shape) {
      const last = milestones.at(-1);
      const meters = last === undefined ? 0 : distanceMeters(last.lat, last.lng, place.lat, place.lng);
      if (last !== undefined && meters === 0) continue;
      at += meters / (speed * pace);
      milestones.push({ ...place, at });
    }
    const arrived = milestones.at(-1);
    if (arrived !== undefined && random() < halts.probability) {
      at += between(random, halts.min, halts.max);
      milestones.push({ ...arrived, at });
    }
  }
  return milestones;
}

/** Degrees clockwise from north, of a short way. */
export function headingBetween(from: Place, to: Place): number {
  const east = (to.lng - from.lng) * Math.cos((from.lat * Math.PI) / 180);
  return ((Math.atan2(east, to.lat - from.lat) * 180) / Math.PI + 360) % 360;
}
