/** The schema of names that people give: no character in them is invisible or changes what stands around it. */
import { z } from 'zod';

/** A character that shows nothing or changes what stands around it, so that one name passes for another. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
/** Emoji contain joiners and selectors. Not a literal: the flag is newer than the language level of the build. */
const EMOJI_FLAGS = 'gv';
const EMOJI = new RegExp('\\p{RGI_Emoji}', EMOJI_FLAGS);
/** Scripts that are written with joiners and non-joiners inside of words. */
const JOINED_SCRIPTS = [
  'Arabic',
  'Syriac',
  'Devanagari',
  'Bengali',
  'Gurmukhi',
  'Gujarati',
  'Oriya',
  'Tamil',
  'Telugu',
];
const JOINED = [...JOINED_SCRIPTS, 'Kannada', 'Malayalam', 'Sinhala'].map((script) => `\\p{scx=${script}}`).join('');
const JOINERS_INSIDE_OF_WORDS = new RegExp(`(?<=[${JOINED}])[\\u200C\\u200D](?=[${JOINED}])`, 'gu');
/** Requires a letter, digit, punctuation mark or symbol: a combining mark alone is hardly seen. */
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;

function hasOnlyVisible(name: string): boolean {
  return !INVISIBLE.test(name.replace(EMOJI, '').replace(JOINERS_INSIDE_OF_WORDS, ''));
}

/** Of the trimmed name, in UTF-16 units. */
export function visibleNameSchema(maxLength: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(maxLength)
    .refine(hasOnlyVisible, 'must not contain invisible or control characters')
    .regex(VISIBLE, 'must contain a visible character');
}
