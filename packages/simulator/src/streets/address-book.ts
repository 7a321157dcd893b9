/** Finds the address nearest to any place of the city. */
import { distanceMeters, EARTH_RADIUS_METERS } from '@nearby-friends/geo';
import { gaussian, type Random } from '../city/seeded-random.ts';
import type { StreetGraph } from './street-graph.ts';
import type { Place } from './tile-grid.ts';

/** Degrees; some 500 m. */
const SQUARE_DEGREES = 0.005;
const METERS_PER_DEGREE = (Math.PI / 180) * EARTH_RADIUS_METERS;

export class AddressBook {
  /** The middle of all addresses. */
  readonly middle: Place;
  readonly #graph: StreetGraph;
  readonly #squares = new Map<string, number[]>();
  readonly #rings: number;

  constructor(graph: StreetGraph) {
    this.#graph = graph;
    const places = graph.addresses.map((address) => this.placeOf(address));
    const [south, north] = rangeOf(places.map(({ lat }) => lat));
    const [west, east] = rangeOf(places.map(({ lng }) => lng));
    this.middle = { lat: (south + north) / 2, lng: (west + east) / 2 };
    this.#rings = Math.ceil(Math.max(north - south, east - west) / SQUARE_DEGREES) + 1;
    for (const address of graph.addresses) {
      const square = squareOf(this.placeOf(address));
      const known = this.#squares.get(square);
      if (known === undefined) this.#squares.set(square, [address]);
      else known.push(address);
    }
  }

  placeOf(address: number): Place {
    const place = this.#graph.junctions[address];
    if (place === undefined) throw new RangeError(`there is no address ${address}`);
    return place;
  }

  /** An address around that place: nearer than `meters` for about two of five, than twice that for nearly nine of ten. */
  around({ lat, lng }: Place, meters: number, random: Random): number {
    const north = gaussian(random) * meters;
    const east = gaussian(random) * meters;
    return this.nearest({
      lat: lat + north / METERS_PER_DEGREE,
      lng: lng + east / (METERS_PER_DEGREE * Math.cos((lat * Math.PI) / 180)),
    });
  }

  /** The nearest address; of a place outside of the city, one at its edge. */
  nearest(place: Place): number {
    const { lat, lng } = this.#inside(place);
    let best: { address: number; meters: number } | undefined;
    for (let ring = 0; ring <= this.#rings; ring += 1) {
      for (const square of squaresOf({ lat, lng }, ring)) {
        for (const address of this.#squares.get(square) ?? []) {
          const at = this.placeOf(address);
          const meters = distanceMeters(lat, lng, at.lat, at.lng);
          if (meters < (best?.meters ?? Number.POSITIVE_INFINITY)) best = { address, meters };
        }
      }
      // What lies in the next ring may still be nearer than the far corner of this one.
      if (best !== undefined && best.meters < ring * SQUARE_DEGREES * METERS_PER_DEGREE * COSINE) return best.address;
    }
    if (best === undefined) throw new Error('a city without addresses');
    return best.address;
  }

  /** Moved towards the middle until it is within the city's rings. */
  #inside({ lat, lng }: Place): Place {
    const most = (this.#rings * SQUARE_DEGREES) / 2;
    const held = (value: number, middle: number): number => Math.max(middle - most, Math.min(middle + most, value));
    return { lat: held(lat, this.middle.lat), lng: held(lng, this.middle.lng) };
  }
}

/** A degree of longitude is at least so long as one of latitude, in cities up to 60° of latitude. */
const COSINE = 0.5;

function squareOf({ lat, lng }: Place, down = 0, right = 0): string {
  return `${Math.floor(lat / SQUARE_DEGREES) + down},${Math.floor(lng / SQUARE_DEGREES) + right}`;
}

function* squaresOf(place: Place, ring: number): Generator<string> {
  for (let down = -ring; down <= ring; down += 1) {
    const isEdge = Math.abs(down) === ring;
    for (let right = -ring; right <= ring; right += isEdge ? 1 : Math.max(1, 2 * ring))
      yield squareOf(place, down, right);
  }
}

function rangeOf(values: readonly number[]): [number, number] {
  return values.reduce<[number, number]>(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
}
