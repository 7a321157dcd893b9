import { describe, expect, it } from '@jest/globals';
import { profileChangeSchema } from './profile-schemas.ts';

const isAccepted = (displayName: string) => profileChangeSchema.safeParse({ displayName }).success;

describe('a display name', () => {
  it.each([
    ['a zero-width space', 'Bob\u200B'],
    ['a word joiner', 'Bo\u2060b'],
    ['a byte order mark', 'B\uFEFFob'],
    ['a soft hyphen', 'Bo\u00ADb'],
    ['a left-to-right mark', 'Bob\u200E'],
    ['an Arabic letter mark', 'Bob\u061C'],
    ['a direction override', '\u202Eevil'],
    ['a direction isolate', '\u2066Bob\u2069'],
    ['a combining grapheme joiner', 'Bo\u034Fb'],
    ['a Hangul filler', 'Bob\u3164'],
    ['a Mongolian vowel separator', 'Bo\u180Eb'],
    ['a joiner between Latin letters', 'Bo\u200Db'],
    ['a non-joiner at the end', 'Bob\u200C'],
    ['a variation selector after a letter', 'Bob\uFE0F'],
    ['a tag character', 'Bob\u{E0062}'],
    ['a control character', 'B\u0000b'],
    ['a line separator', 'Bob\u2028Ann'],
    ['a private-use character', 'Bob\uE000'],
    ['an unassigned character', 'Bob\u{E0FFF}'],
    ['nothing but combining marks', '\u0301\u0301'],
    ['nothing', '   '],
  ])('is refused with %s', (_, name) => {
    expect(isAccepted(name)).toBe(false);
  });

  it.each([
    'Ann',
    'Ann Ångström',
    "D'Arcy O’Neill-Smith, Jr.",
    '박지민',
    '山田 太郎',
    'Zoë 👩‍👩‍👧 ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿',
    // Persian and Hindi are written with joiners.
    'علی\u200Cرضا',
    'क्\u200Dष',
    'नमस्ते',
    'สมชาย',
    '★',
  ])('is accepted: %s', (name) => {
    expect(isAccepted(name)).toBe(true);
  });
});
