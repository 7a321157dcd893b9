/** Routes for what a user lets others see: `/me/sharing` for all viewers, `PUT /viewers/{id}` for one. */
import type { Clock } from '@nearby-friends/service-kit';
import { z } from 'zod';
import type { Friendships } from '../graph/friendships.ts';
import type { SharingControl } from '../graph/sharing-control.ts';
import { grantChangeSchema, grantSchema, requireFuture, untilSchema } from './grant-schemas.ts';
import { timeSchema } from './response-schemas.ts';
import { defineRoute, type Route } from './route.ts';

export const sharingSchema = z
  .strictObject({
    paused: z.boolean().describe('True: no viewer sees me, and I still see my friends.'),
    until: timeSchema.nullable().describe('When it becomes the opposite; null: it stays.'),
  })
  .meta({ id: 'Sharing' });

const sharingChangeSchema = z
  .strictObject({ ...sharingSchema.shape, until: untilSchema.describe('In the future; null or absent: it stays.') })
  .meta({ id: 'SharingChange' });

const IN_FORCE =
  'Responds when it is in force: no position received later reaches a viewer it excludes. What was reported while it was ' +
  'withheld stays withheld; the next report counts.';

export function sharingRoutes(options: {
  friendships: Pick<Friendships, 'setGrant'>;
  sharing: SharingControl;
  clock: Clock;
}): Route[] {
  const { friendships, sharing, clock } = options;
  return [
    defineRoute({
      method: 'PUT',
      path: '/viewers/{id}',
      operationId: 'setGrant',
      tag: 'Viewers',
      summary: 'What I let one viewer see',
      description: `${IN_FORCE} "approximate" shows a grid point of about 1 km instead of the position.`,
      access: 'user',
      pathId: { description: 'One of my viewers.', malformed: 'not_found' },
      body: grantChangeSchema,
      response: { status: 200, description: 'The new grant.', schema: grantSchema },
      async handle({ caller, id, body, signal }) {
        requireFuture(body.until, clock);
        const { precision, until } = await friendships.setGrant(caller.user, id, body, signal);
        return { precision, until };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/me/sharing',
      operationId: 'readSharing',
      tag: 'Me',
      summary: 'Whether I am paused',
      access: 'user',
      response: { status: 200, description: 'The state.', schema: sharingSchema },
      async handle({ caller }) {
        const { paused, until } = await sharing.sharingOf(caller.user);
        return { paused, until };
      },
    }),
    defineRoute({
      method: 'PUT',
      path: '/me/sharing',
      operationId: 'setSharing',
      tag: 'Me',
      summary: 'Pause or resume',
      description: IN_FORCE,
      access: 'user',
      body: sharingChangeSchema,
      response: { status: 200, description: 'The new state.', schema: sharingSchema },
      async handle({ caller, body, signal }) {
        requireFuture(body.until, clock);
        const { paused, until } = await sharing.setSharing(caller.user, body, signal);
        return { paused, until };
      },
    }),
  ];
}
