/** The grid of about 1 km on which a viewer with an approximate grant sees a friend. */
import { EARTH_RADIUS_METERS } from './distance.ts';

/** Height of a cell, and its width at its middle latitude, metres. */
export const CELL_METERS = 1_000;
/** How long a user's columns stay in place, ms (28 days). Then one of their two places is drawn again. */
export const DRIFT_PERIOD_MS = 28 * 86_400_000;
/**
 * How far columns drift, in columns. They have only two places: a stationary friend, watched for years, can be located to
 * half a cell and never more precisely. See docs/decisions/0006-approximate-positions.md.
 */
const DRIFT_COLUMNS = 0.5;

const METERS_PER_DEGREE = (Math.PI * EARTH_RADIUS_METERS) / 180;
const ROWS_FROM_POLE_TO_POLE = (180 * METERS_PER_DEGREE) / CELL_METERS;
const COLUMNS_ON_EQUATOR = (360 * METERS_PER_DEGREE) / CELL_METERS;

/** A place on the map, degrees. */
export interface Place {
  readonly lat: number;
  readonly lng: number;
}

/**
 * The middle of the cell of `user`'s grid that contains the position (degrees) at `atMs` (ms since the epoch). It depends
 * on nothing else: all gateways compute the same, and all positions of one cell have the same result.
 *
 * Rows are 1,000 m high and a user's rows never move. Each row is divided into a whole number of columns as near to
 * 1,000 m wide as its middle latitude allows. Around each pole the last one to two rows are one round cell, so no cell is
 * smaller than the others. Each user's rows and columns have their own offset, a hash of the id. It is not a secret (a
 * viewer can observe the grid), but no two users share their borders.
 */
export function approximate(user: string, lat: number, lng: number, atMs: number): Place {
  const seed = hash(user);
  const rowOffset = fraction(seed);
  const lastRow = Math.floor(ROWS_FROM_POLE_TO_POLE + rowOffset) - 1;
  const row = Math.floor(((lat + 90) * METERS_PER_DEGREE) / CELL_METERS + rowOffset);
  if (row < 2) return { lat: -90, lng: 0 };
  if (row >= lastRow) return { lat: 90, lng: 0 };
  const middle = ((row + 0.5 - rowOffset) * CELL_METERS) / METERS_PER_DEGREE - 90;

  const columns = Math.round(COLUMNS_ON_EQUATOR * Math.cos((middle * Math.PI) / 180));
  const columnOffset = fraction(mix(seed ^ 0x9e3779b9)) + driftAt(seed, atMs);
  const column = Math.floor(((lng + 180) / 360) * columns + columnOffset);
  // The column across ±180° is one cell; its middle is on one side of the meridian.
  const turn = ((((column + 0.5 - columnOffset) / columns) % 1) + 1) % 1;
  return { lat: middle, lng: turn * 360 - 180 };
}

/** 0 or {@link DRIFT_COLUMNS}. Each user's periods begin at another time, so that not all users jump at once. */
function driftAt(seed: number, atMs: number): number {
  const period = Math.floor(atMs / DRIFT_PERIOD_MS + fraction(mix(seed ^ 0x85ebca6b)));
  return (mix(seed ^ mix(period)) & 1) * DRIFT_COLUMNS;
}

/** A whole number below 2³² that is fixed for the user: neither secret nor shared with another user, except by chance. */
export function hashOfUser(user: string): number {
  return mix(hash(user) ^ 0xc2b2ae35);
}

/** FNV-1a (Fowler, Noll, Vo) over the UTF-16 units, then mixed: 32 bits. */
function hash(text: string): number {
  let bits = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) bits = Math.imul(bits ^ text.charCodeAt(i), 0x01000193);
  return mix(bits);
}

/** The finalizer of MurmurHash3 (Appleby): every bit of the input moves every bit of the result. */
function mix(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** 32 bits as 0 ≤ x < 1. */
function fraction(bits: number): number {
  return bits / 2 ** 32;
}
