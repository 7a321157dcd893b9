/** Finds the quickest way through the streets, or gives up after a bounded amount of work. */
import { distanceMeters } from '@nearby-friends/geo';
import { JunctionQueue } from './junction-queue.ts';
import type { StreetGraph, Stretch } from './street-graph.ts';
import { TRAVEL, type TravelMode } from './travel-mode.ts';

/** A stretch, walked along its shape or against it. */
export interface Leg {
  readonly stretch: Stretch;
  readonly isReversed: boolean;
}

/** So many junctions are looked at for one route, some 50 ms of work; only a drive right across the city may need more. */
export const MAX_JUNCTIONS = 40_000;

/**
 * A* (Hart, Nilsson and Raphael 1968) with the time as the crow flies at the mode's best speed as its estimate. Keeps its
 * arrays from search to search: a crowd looks for many ways.
 */
export class RouteFinder {
  readonly #graph: StreetGraph;
  readonly #queue = new JunctionQueue();
  /** Of each junction in this search: seconds from the start, the stretch it was reached by, and whether that is final. */
  readonly #seconds: Float64Array;
  readonly #reachedBy: Int32Array;
  readonly #search: Uint32Array;
  readonly #isFinal: Uint8Array;
  #searches = 0;

  constructor(graph: StreetGraph) {
    this.#graph = graph;
    const { length } = graph.junctions;
    this.#seconds = new Float64Array(length);
    this.#reachedBy = new Int32Array(length);
    this.#search = new Uint32Array(length);
    this.#isFinal = new Uint8Array(length);
  }

  /**
   * The quickest way between two junctions; empty when they are the same one. Undefined when there is none, or when it
   * was not found within `mostJunctions`.
   */
  find(from: number, to: number, mode: TravelMode, mostJunctions = MAX_JUNCTIONS): Leg[] | undefined {
    const { speeds } = TRAVEL[mode];
    const { stretches, stretchesAt } = this.#graph;
    const best = Math.max(...Object.values(speeds));
    this.#searches += 1;
    this.#queue.clear();
    this.#reach(from, 0, -1);
    this.#queue.push(from, this.#metersBetween(from, to) / best);
    for (let looked = 0; looked < mostJunctions; ) {
      const junction = this.#queue.pop();
      if (junction === undefined) return undefined;
      if (junction === to) return this.#wayTo(from, to);
      if (this.#isFinal[junction] === 1) continue;
      this.#isFinal[junction] = 1;
      looked += 1;
      for (const index of stretchesAt[junction] ?? []) {
        const stretch = stretches[index];
        const speed = stretch === undefined ? undefined : speeds[stretch.roadClass];
        if (stretch === undefined || speed === undefined) continue;
        const next = stretch.from === junction ? stretch.to : stretch.from;
        const seconds = (this.#seconds[junction] ?? 0) + stretch.meters / speed;
        if (seconds >= this.#secondsTo(next)) continue;
        this.#reach(next, seconds, index);
        this.#queue.push(next, seconds + this.#metersBetween(next, to) / best);
      }
    }
    return undefined;
  }

  #reach(junction: number, seconds: number, stretch: number): void {
    this.#search[junction] = this.#searches;
    this.#seconds[junction] = seconds;
    this.#reachedBy[junction] = stretch;
    this.#isFinal[junction] = 0;
  }

  #secondsTo(junction: number): number {
    if (this.#search[junction] !== this.#searches) return Number.POSITIVE_INFINITY;
    return this.#seconds[junction] ?? Number.POSITIVE_INFINITY;
  }

  #metersBetween(a: number, b: number): number {
    const [from, to] = [this.#graph.junctions[a], this.#graph.junctions[b]];
    if (from === undefined || to === undefined) throw new RangeError(`there is no junction ${a} or ${b}`);
    return distanceMeters(from.lat, from.lng, to.lat, to.lng);
  }

  #wayTo(from: number, to: number): Leg[] {
    const legs: Leg[] = [];
    for (let junction = to; junction !== from; ) {
      const stretch = this.#graph.stretches[this.#reachedBy[junction] ?? -1];
      if (stretch === undefined) throw new Error('a way leads from nowhere');
      const isReversed = stretch.from === junction;
      legs.push({ stretch, isReversed });
      junction = isReversed ? stretch.to : stretch.from;
    }
    return legs.reverse();
  }
}
