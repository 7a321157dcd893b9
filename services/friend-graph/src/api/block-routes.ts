/** `/blocks`: whom a user wants nothing to do with. */
import { z } from 'zod';
import type { ListedBlock } from '../database/block-repository.ts';
import type { FriendGraph } from '../graph/friend-graph.ts';
import { MAX_BLOCKS } from '../graph/limits.ts';
import { pageQuerySchema, pageRequestOf, pageSchemaOf, pageToJson } from './paging.ts';
import { idSchema, timeSchema } from './response-schemas.ts';
import { defineRoute, type Route } from './route.ts';

export const blockSchema = z.strictObject({ id: idSchema, since: timeSchema }).meta({ id: 'Block' });
const blockRequestSchema = z.strictObject({ userId: idSchema }).meta({ id: 'BlockRequest' });

export function blockToJson({ id, since }: ListedBlock): z.infer<typeof blockSchema> {
  return { id, since: since.getTime() };
}

export function blockRoutes({ graph }: { graph: Pick<FriendGraph, 'block' | 'unblock' | 'blocksOf'> }): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/blocks',
      operationId: 'listBlocks',
      tag: 'Blocks',
      summary: 'Whom I block',
      access: 'user',
      query: pageQuerySchema,
      answer: { status: 200, description: 'A page, in the order of ids.', schema: pageSchemaOf(blockSchema) },
      handle: async ({ caller, query }) =>
        pageToJson(await graph.blocksOf(caller.user, pageRequestOf(query)), blockToJson),
    }),
    defineRoute({
      method: 'POST',
      path: '/blocks',
      operationId: 'block',
      tag: 'Blocks',
      summary: 'Block somebody',
      description:
        'Ends the friendship in both directions and keeps requests away. The blocked cannot tell it from absence. ' +
        `Answered when neither can see the other any more. At most ${MAX_BLOCKS} can be blocked.`,
      access: 'user',
      body: blockRequestSchema,
      answer: { status: 204, description: 'Blocked.' },
      handle: ({ caller, body, signal }) => graph.block(caller.user, body.userId, signal),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/blocks/{id}',
      operationId: 'unblock',
      tag: 'Blocks',
      summary: 'Unblock',
      description: 'Brings no friendship and no request back.',
      access: 'user',
      pathId: { description: 'Whom I block.', malformed: 'invalid_payload' },
      answer: { status: 204, description: 'Not blocked, or no longer.' },
      handle: ({ caller, id }) => graph.unblock(caller.user, id),
    }),
  ];
}
