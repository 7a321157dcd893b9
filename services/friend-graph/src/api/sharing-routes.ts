/** What a user lets others see: `/me/sharing` for all of them, `PUT /viewers/{id}` for one. */
import { precisionSchema } from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';
import { z } from 'zod';
import type { FriendGraph } from '../graph/friend-graph.ts';
import { InvalidInputError } from './parse-input.ts';
import { timeSchema } from './response-schemas.ts';
import { defineRoute, type Route } from './route.ts';

const grantSchema = z
  .strictObject({
    precision: precisionSchema,
    until: timeSchema.nullable().describe('When the grant ends; null: it does not end.'),
  })
  .meta({ id: 'Grant', description: 'What one viewer may see.' });

export const sharingSchema = z
  .strictObject({
    paused: z.boolean().describe('True: nobody sees me, and I still see my friends.'),
    until: timeSchema.nullable().describe('When it becomes the opposite; null: it stays.'),
  })
  .meta({ id: 'Sharing' });

const untilSchema = timeSchema.nullable().default(null);
const grantChangeSchema = z
  .strictObject({ ...grantSchema.shape, until: untilSchema.describe('In the future; null or absent: without an end.') })
  .meta({ id: 'GrantChange' });
const sharingChangeSchema = z
  .strictObject({ ...sharingSchema.shape, until: untilSchema.describe('In the future; null or absent: it stays.') })
  .meta({ id: 'SharingChange' });

const IN_FORCE = 'Answered when it is in force: no position received later reaches whom it keeps out.';

export function sharingRoutes(options: {
  graph: Pick<FriendGraph, 'setGrant' | 'setSharing' | 'sharingOf'>;
  clock: Clock;
}): Route[] {
  const { graph, clock } = options;
  const requireFuture = (until: number | null): void => {
    if (until === null || until > clock.now()) return;
    const defect = { path: 'until', message: 'must be in the future' };
    throw new InvalidInputError('The request is wrong at until. Correct it as "errors" says.', [defect]);
  };
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
      answer: { status: 200, description: 'The grant as it is now.', schema: grantSchema },
      async handle({ caller, id, body, signal }) {
        requireFuture(body.until);
        const { precision, until } = await graph.setGrant(caller.user, id, body, signal);
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
      answer: { status: 200, description: 'The state.', schema: sharingSchema },
      async handle({ caller }) {
        const { paused, until } = await graph.sharingOf(caller.user);
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
      answer: { status: 200, description: 'The state as it is now.', schema: sharingSchema },
      async handle({ caller, body, signal }) {
        requireFuture(body.until);
        const { paused, until } = await graph.setSharing(caller.user, body, signal);
        return { paused, until };
      },
    }),
  ];
}
