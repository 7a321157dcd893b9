/** Finds the fastest route through the streets with A*, or gives up after a bounded amount of work. */
import { distanceMeters } from '@nearby-friends/geo';
import createGraph, { type Graph } from 'ngraph.graph';
import { aStar } from 'ngraph.path';
import type { StreetGraph, Stretch } from './street-graph.ts';
import type { Place } from './tile-grid.ts';
import { TRAVEL, type TravelMode } from './travel-mode.ts';

/** A stretch, traversed along its shape or against it. */
export interface Leg {
  readonly stretch: Stretch;
  readonly isReversed: boolean;
}

/** Links examined for one route, some 50 ms of work; only a drive across the whole city may need more. */
const MAX_LINKS = 80_000;
/**
 * m/s on roads that a mode may not use. ngraph.path closes a node whose first link is blocked, although another link may
 * lead there, so such roads are open but slower than any detour.
 */
const FORBIDDEN_SPEED = 1e-6;

export class RouteFinder {
  readonly #graph: Graph<Place, Stretch> = createGraph<Place, Stretch>({ multigraph: true });

  constructor({ junctions, stretches }: StreetGraph) {
    for (const [junction, place] of junctions.entries()) this.#graph.addNode(junction, place);
    for (const stretch of stretches) this.#graph.addLink(stretch.from, stretch.to, stretch);
  }

  /**
   * The fastest route between two junctions; empty when they are the same. Undefined when there is none, or when it was
   * not found within `maxLinks`.
   */
  find(from: number, to: number, mode: TravelMode, maxLinks = MAX_LINKS): Leg[] | undefined {
    const { speeds } = TRAVEL[mode];
    const maxSpeed = Math.max(...Object.values(speeds));
    const secondsOn = ({ meters, roadClass }: Stretch): number => meters / (speeds[roadClass] ?? FORBIDDEN_SPEED);
    let links = 0;
    const finder = aStar(this.#graph, {
      distance: (_from, _to, { data }) => {
        links += 1;
        if (links > maxLinks) throw new TooManyLinks();
        return secondsOn(data);
      },
      heuristic: ({ data: a }, { data: b }) => distanceMeters(a.lat, a.lng, b.lat, b.lng) / maxSpeed,
    });
    try {
      const junctions = finder.find(from, to).map(({ id }) => Number(id));
      if (junctions.length === 0) return undefined;
      const legs = junctions.slice(1).map((junction, index) => this.#leg(junction, junctions[index] ?? to, secondsOn));
      const isAllowed = legs.every(({ stretch }) => speeds[stretch.roadClass] !== undefined);
      return isAllowed ? legs.reverse() : undefined;
    } catch (error) {
      if (error instanceof TooManyLinks) return undefined;
      throw error;
    }
  }

  /** The fastest of the stretches between two neighbours. */
  #leg(from: number, to: number, secondsOn: (stretch: Stretch) => number): Leg {
    const between = [...(this.#graph.getNode(from)?.links ?? [])]
      .map(({ data }) => data)
      .filter((stretch) => stretch.from + stretch.to === from + to && (stretch.from === from || stretch.to === from));
    const [stretch] = between.sort((a, b) => secondsOn(a) - secondsOn(b));
    if (stretch === undefined) throw new RangeError(`no stretch between ${from} and ${to}`);
    return { stretch, isReversed: stretch.from !== from };
  }
}

class TooManyLinks extends Error {}
