/** Reads a place that was stored as text, `lat,lng`. */
import type { Place } from '../geometry/place.ts';

const NUMBER = '-?\\d+(?:\\.\\d+)?(?:e-?\\d+)?';
const PLACE = new RegExp(`^(${NUMBER}),(${NUMBER})$`);

/** Returns null for anything that was not stored by this page: such a place must not be reported. */
export function parsePlace(text: string | null): Place | null {
  const match = PLACE.exec(text ?? '');
  if (!match) return null;
  const [lat, lng] = [Number(match[1]), Number(match[2])];
  return Math.abs(lat) <= 90 && Math.abs(lng) <= 180 ? { lat, lng } : null;
}

export function isPlaceText(text: string): text is string {
  return parsePlace(text) !== null;
}
