/** The avatar colour and the initials of a user. */

/** Each colour has a contrast of at least 4.5 : 1 with white letters and is visible on the light and the dark map. */
export const PERSON_COLOURS = [
  '#b4235a',
  '#7c3aed',
  '#1d5fc4',
  '#0f766e',
  '#a14a06',
  '#4d6b12',
  '#a2258f',
  '#3f4fbf',
  '#b3261e',
  '#0b6b8f',
] as const;

/** Derives the colour from the id (FNV-1a), so it is the same on every device. */
export function colourOf(id: string): string {
  let hash = 0x81_1c_9d_c5;
  for (const character of id) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01_00_01_93);
  return PERSON_COLOURS[(hash >>> 0) % PERSON_COLOURS.length] ?? PERSON_COLOURS[0];
}

/** The initials of the first and last word of a name, or the first letters of a single word. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s_-]+/).filter((word) => word !== '');
  const [first = '?', ...rest] = words;
  const last = rest.at(-1);
  const letters = last === undefined ? [...first].slice(0, isWide(first) ? 1 : 2) : [[...first][0], [...last][0]];
  return letters.join('').toLocaleUpperCase();
}

/** Letters of these scripts are about twice as wide as Latin letters. */
function isWide(text: string): boolean {
  return /^[\p{Script=Hangul}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text);
}
