/** The schemas that responses of several routes share. */
import { precisionSchema, userIdSchema } from '@nearby-friends/protocol';
import { z } from 'zod';
import type { ListedFriend, ListedViewer } from '../database/edge-repository.ts';
import { nameSkeleton } from './name-skeleton.ts';

export const MAX_DISPLAY_NAME_LENGTH = 100;

export const idSchema = userIdSchema.meta({ id: 'UserId', description: 'Opaque; assigned by the issuer of tokens.' });

/** The year 9999: the range in which dates of PostgreSQL and JavaScript agree. */
const MAX_TIME_MS = 253_402_300_799_999;
export const timeSchema = z
  .int()
  .min(0)
  .max(MAX_TIME_MS)
  .meta({ id: 'Time', description: 'Milliseconds since the epoch.', examples: [1_763_815_285_123] });

export const nameSkeletonSchema = z
  .string()
  .describe('Equal for names that look alike (Unicode TR39): show the id beside such names. Not for display.');

export const friendSchema = z
  .strictObject({
    id: idSchema,
    displayName: z.string().max(MAX_DISPLAY_NAME_LENGTH),
    nameSkeleton: nameSkeletonSchema,
    since: timeSchema.describe('Start of the friendship or time of the request.'),
  })
  .meta({ id: 'Friend' });

export const viewerSchema = friendSchema
  .extend({
    precision: precisionSchema,
    until: timeSchema.nullable().describe('When the grant ends; null: it does not end.'),
  })
  .meta({ id: 'Viewer', description: 'A person who has the user as a friend, and what the user grants that viewer.' });

export function friendToJson({ id, displayName, since }: ListedFriend): z.infer<typeof friendSchema> {
  return { id, displayName, nameSkeleton: nameSkeleton(displayName), since: since.getTime() };
}

export function viewerToJson({ precision, until, ...friend }: ListedViewer): z.infer<typeof viewerSchema> {
  return { ...friendToJson(friend), precision, until: until?.getTime() ?? null };
}
