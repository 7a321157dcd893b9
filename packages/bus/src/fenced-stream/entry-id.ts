/** The order of a Redis stream's entries. Ids are `milliseconds-sequence`; comparing them as strings is wrong. */

/** The id before the first entry of every stream. */
export const BEFORE_ALL = '0-0';

/** Whether the entry `a` comes after `b`. */
export function isLater(a: string, b: string): boolean {
  const [aMs, aSequence] = parts(a);
  const [bMs, bSequence] = parts(b);
  return aMs === bMs ? aSequence > bSequence : aMs > bMs;
}

function parts(id: string): [number, number] {
  const dash = id.indexOf('-');
  return [Number(id.slice(0, dash)), Number(id.slice(dash + 1))];
}
