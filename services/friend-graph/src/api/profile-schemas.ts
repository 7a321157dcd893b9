/** The schemas of a user's own profile and of its changes. */
import { radiusMetersSchema } from '@nearby-friends/protocol';
import { z } from 'zod';
import type { Profile } from '../database/user-repository.ts';
import { nameSkeleton } from './name-skeleton.ts';
import { idSchema, MAX_DISPLAY_NAME_LENGTH, nameSkeletonSchema, timeSchema } from './response-schemas.ts';
import { visibleNameSchema } from './visible-name.ts';

const radiusSchema = radiusMetersSchema.describe('How far "near" reaches, in metres.');

export const profileChangeSchema = z
  .strictObject({
    displayName: visibleNameSchema(MAX_DISPLAY_NAME_LENGTH).optional(),
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
