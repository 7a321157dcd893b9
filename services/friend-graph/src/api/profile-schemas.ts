/** What a profile looks like to its owner, and what may be changed of it. */
import { radiusMetersSchema } from '@nearby-friends/protocol';
import { z } from 'zod';
import type { Profile } from '../database/user-repository.ts';
import { idSchema, MAX_DISPLAY_NAME_LENGTH, timeSchema } from './response-schemas.ts';

/**
 * No control characters, no halves of surrogate pairs, and nothing that turns the direction of the text around it:
 * PostgreSQL and screens can take the rest.
 */
const PRINTABLE = /^[^\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]*$/u;
/** A letter, digit, mark of punctuation or symbol: a name of joiners and empty fillers alone would show nothing. */
const VISIBLE = /(?![\u115F\u1160\u3164\uFFA0])[\p{L}\p{N}\p{P}\p{S}]/u;

const radiusSchema = radiusMetersSchema.describe('How far "near" reaches, in metres.');

export const profileChangeSchema = z
  .strictObject({
    displayName: z
      .string()
      .trim()
      .min(1)
      .max(MAX_DISPLAY_NAME_LENGTH)
      .regex(PRINTABLE, 'must not hold control characters')
      .regex(VISIBLE, 'must hold something that can be seen')
      .optional(),
    radiusMeters: radiusSchema.optional(),
  })
  .meta({ id: 'ProfileChange', description: 'What is left out stays.' });

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
