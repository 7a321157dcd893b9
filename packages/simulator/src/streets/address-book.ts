/** Finds the address nearest to any place of the city. */
import { around } from 'geokdbush';
import KDBush from 'kdbush';
import { gaussian, type Random } from '../plain/seeded-random.ts';
import type { StreetGraph } from './street-graph.ts';
import { type Place, placeFrom } from './tile-grid.ts';

export class AddressBook {
  /** The middle of all addresses. */
  readonly middle: Place;
  readonly #graph: StreetGraph;
  readonly #index: KDBush;

  constructor(graph: StreetGraph) {
    this.#graph = graph;
    const places = graph.addresses.map((address) => this.placeOf(address));
    this.middle = { lat: middleOf(places.map(({ lat }) => lat)), lng: middleOf(places.map(({ lng }) => lng)) };
    this.#index = new KDBush(places.length);
    for (const { lat, lng } of places) this.#index.add(lng, lat);
    this.#index.finish();
  }

  placeOf(address: number): Place {
    const place = this.#graph.junctions[address];
    if (place === undefined) throw new RangeError(`there is no address ${address}`);
    return place;
  }

  /** A random address around that place: within `meters` in two of five cases, within twice that in nearly nine of ten. */
  around(place: Place, meters: number, random: Random): number {
    return this.nearest(placeFrom(place, gaussian(random) * meters, gaussian(random) * meters));
  }

  /** The nearest address; of a place outside the city, one at its edge. */
  nearest({ lat, lng }: Place): number {
    const [found] = around(this.#index, lng, lat, 1);
    const address = found === undefined ? undefined : this.#graph.addresses[found];
    if (address === undefined) throw new RangeError('a city without addresses');
    return address;
  }
}

/** Between the least and the greatest. */
function middleOf(values: readonly number[]): number {
  const [min, max] = values.reduce(
    ([least, greatest], value) => [Math.min(least, value), Math.max(greatest, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  return (min + max) / 2;
}
