/** The schemas of a user's own profile and of its changes. */
import { radiusMetersSchema } from '@nearby-friends/protocol';
import { z } from 'zod';
import type { Profile } from '../database/user-repository.ts';
import { idSchema, MAX_DISPLAY_NAME_LENGTH, timeSchema } from './response-schemas.ts';

/**
 * Excludes control characters, lone surrogates and characters that change the direction of the surrounding text:
 * PostgreSQL and screens accept the rest.
 */
const PRINTABLE = /^[^\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]*$/u;
/** Requires a letter, digit, punctuation mark or symbol: joiners and fillers alone are invisible. */
const VISIBLE = /(?![\u115F\u1160\u3164\uFFA0])[\p{L}\p{N}\p{P}\p{S}]/u;

const radiusSchema = radiusMetersSchema.describe('How far "near" reaches, in metres.');

export const profileChangeSchema = z
  .strictObject({
    displayName: z
      .string()
      .trim()
      .min(1)
      .max(MAX_DISPLAY_NAME_LENGTH)
      .regex(PRINTABLE, 'must not contain control characters')
      .regex(VISIBLE, 'must contain a visible character')
      .optional(),
    radiusMeters: radiusSchema.optional(),
  })
  .meta({ id: 'ProfileChange', description: 'Absent fields stay unchanged.' });

export const profileSchema = z
  .strictObject({
    id: idSchema,
    displayName: z.string().max(MAX_DISPLAY_NAME_LENGTH),
    radiusMeters: radiusSchema,
    createdAt: timeSchema,
  })
  .meta({ id: 'Profile' });

export function profileToJson({ id, displayName, radiusMeters, createdAt }: Profile): z.infer<typeof profileSchema> {
  return { id, displayName, radiusMeters, createdAt: createdAt.getTime() };
}
