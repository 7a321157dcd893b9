/** How people get about: how fast on which street, where they may go, and where they have to wait. */
import type { RoadClass } from './road-tiles.ts';

export type TravelMode = 'walk' | 'bike' | 'car' | 'bus';

interface TravelHabit {
  /** Metres per second on each kind of road; what is not here is not for this mode. */
  readonly speeds: Readonly<Partial<Record<RoadClass, number>>>;
  /** Each traveller keeps a pace of their own, between these factors. */
  readonly slowest: number;
  readonly fastest: number;
  /** At a junction: probability and duration (seconds) of a wait. */
  readonly halts: { readonly probability: number; readonly min: number; readonly max: number };
}

export const TRAVEL: Readonly<Record<TravelMode, TravelHabit>> = {
  walk: {
    speeds: { main: 1.35, street: 1.35, lane: 1.3, path: 1.3 },
    slowest: 0.75,
    fastest: 1.25,
    halts: { probability: 0.08, min: 3, max: 30 },
  },
  bike: {
    speeds: { main: 4.6, street: 4.4, lane: 3.6, path: 2.8 },
    slowest: 0.75,
    fastest: 1.3,
    halts: { probability: 0.1, min: 3, max: 35 },
  },
  car: {
    speeds: { motorway: 22, main: 11, street: 8, lane: 4 },
    slowest: 0.85,
    fastest: 1.15,
    halts: { probability: 0.15, min: 4, max: 45 },
  },
  /** Every other halt is a stop. */
  bus: {
    speeds: { main: 9, street: 7, lane: 4 },
    slowest: 0.9,
    fastest: 1.1,
    halts: { probability: 0.3, min: 8, max: 30 },
  },
};

/** No route and no traveller is faster than this, metres per second. */
export function topSpeed({ speeds, fastest }: TravelHabit): number {
  return Math.max(...Object.values(speeds)) * fastest;
}
