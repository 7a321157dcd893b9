/** The schemas of a user's own profile and of its changes. */
import { radiusMetersSchema } from '@nearby-friends/protocol';
import { z } from 'zod';
import type { Profile } from '../database/user-repository.ts';
import { nameSkeleton } from './name-skeleton.ts';
import { idSchema, MAX_DISPLAY_NAME_LENGTH, nameSkeletonSchema, timeSchema } from './response-schemas.ts';

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

const radiusSchema = radiusMetersSchema.describe('How far "near" reaches, in metres.');

export const profileChangeSchema = z
  .strictObject({
    displayName: z
      .string()
      .trim()
      .min(1)
      .max(MAX_DISPLAY_NAME_LENGTH)
      .refine(hasOnlyVisible, 'must not contain invisible or control characters')
      .regex(VISIBLE, 'must contain a visible character')
      .optional(),
    radiusMeters: radiusSchema.optional(),
  })
  .meta({ id: 'ProfileChange', description: 'Absent fields stay unchanged.' });

export const profileSchema = z
  .strictObject({
    id: idSchema,
    displayName: z.string().max(MAX_DISPLAY_NAME_LENGTH),
    nameSkeleton: nameSkeletonSchema,
    radiusMeters: radiusSchema,
    createdAt: timeSchema,
  })
  .meta({ id: 'Profile' });

export function profileToJson({ id, displayName, radiusMeters, createdAt }: Profile): z.infer<typeof profileSchema> {
  return {
    id,
    displayName,
    nameSkeleton: nameSkeleton(displayName),
    radiusMeters,
    createdAt: createdAt.getTime(),
  };
}
