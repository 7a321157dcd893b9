/** The ids of a benchmark's users: all of one length, so that finding them in a frame costs next to nothing. */

/** Digits of the index in an id. */
export const USER_DIGITS = 6;

/** `u000042` for index 42. */
export function userName(index: number): string {
  return `u${String(index).padStart(USER_DIGITS, '0')}`;
}
