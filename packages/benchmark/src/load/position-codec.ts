/** Hides the intended send time in a position, and finds positions in what a gateway sends, without parsing the JSON. */
import { USER_DIGITS } from './user-names.ts';

/** All users are within about a kilometre: the fraction of the latitude encodes time, 1e-7° per millisecond. */
const BASE_LATITUDE = 37;
const FRACTION_DIGITS = 7;
/** The time that fits into a degree: 2.7 hours, ms. */
export const MAX_TIME_MS = 10 ** FRACTION_DIGITS - 1;

const QUOTE = 0x22;
const DOT = 0x2e;
const CLOSING_BRACE = 0x7d;
const ZERO = 0x30;
const LETTER_I = 0x69;
const LETTER_L = 0x6c;
const ID_OF_USER = Buffer.from('"id":"u');
const LATITUDE = Buffer.from('"lat":');

/** The event of Socket.IO as text; {@link writeTime} replaces the digits of the latitude. */
export function updateText(lng: number): string {
  return `42["location:update",{"lat":${BASE_LATITUDE}.${'0'.repeat(FRACTION_DIGITS)},"lng":${lng.toFixed(5)}}]`;
}

/** Where the digits of the latitude begin in {@link updateText}. */
export const TIME_OFFSET = updateText(0).indexOf('.') + 1;

/** Writes the time (ms since the benchmark's beginning, at most {@link MAX_TIME_MS}) as the latitude's fraction. */
export function writeTime(bytes: Uint8Array, offset: number, timeMs: number): void {
  let left = timeMs;
  for (let digit = FRACTION_DIGITS - 1; digit >= 0; digit -= 1) {
    bytes[offset + digit] = ZERO + (left % 10);
    left = Math.floor(left / 10);
  }
}

/** Called for each position found: whose (index), and its intended send time (ms since the benchmark's beginning). */
type PositionSink = (user: number, sentAtMs: number) => void;

/**
 * Finds every object with an `id` like `u000042` and a `lat` in the JSON text between `from` and `to`, whatever the order
 * of its fields. About twice as fast as `JSON.parse`, see README.md.
 */
export function findPositions(bytes: Uint8Array, from: number, to: number, sink: PositionSink): void {
  let user = -1;
  let timeMs = -1;
  for (let i = from; i < to; i += 1) {
    const byte = bytes[i];
    if (byte === CLOSING_BRACE) {
      user = -1;
      timeMs = -1;
      continue;
    }
    if (byte !== QUOTE) continue;
    const next = bytes[i + 1];
    if (next === LETTER_I && holds(bytes, i, ID_OF_USER)) {
      user = readDigits(bytes, i + ID_OF_USER.length, USER_DIGITS);
      i += ID_OF_USER.length - 1 + USER_DIGITS;
    } else if (next === LETTER_L && holds(bytes, i, LATITUDE)) {
      timeMs = readTime(bytes, i + LATITUDE.length);
    } else continue;
    if (user < 0 || timeMs < 0) continue;
    sink(user, timeMs);
    user = -1;
    timeMs = -1;
  }
}

/** Whether that text stands there. */
export function holds(bytes: Uint8Array, at: number, text: Uint8Array): boolean {
  for (let place = 0; place < text.length; place += 1) if (bytes[at + place] !== text[place]) return false;
  return true;
}

function readDigits(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i += 1) value = value * 10 + ((bytes[i] ?? ZERO) - ZERO);
  return value;
}

/** A number ends where its digits end; its writer may have left out trailing zeros. */
function readTime(bytes: Uint8Array, at: number): number {
  let i = at;
  while (isDigit(bytes[i])) i += 1;
  if (bytes[i] !== DOT) return 0;
  let value = 0;
  for (let digit = 1; digit <= FRACTION_DIGITS; digit += 1) {
    const byte = bytes[i + digit];
    if (byte === undefined || !isDigit(byte)) return value * 10 ** (FRACTION_DIGITS + 1 - digit);
    value = value * 10 + (byte - ZERO);
  }
  const next = bytes[i + FRACTION_DIGITS + 1] ?? 0;
  return isDigit(next) && next - ZERO >= 5 ? value + 1 : value;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= ZERO + 9;
}
