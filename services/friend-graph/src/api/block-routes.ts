/** `/blocks` routes: the users a user blocks. */
import { z } from 'zod';
import type { BlockRepository, ListedBlock } from '../database/block-repository.ts';
import type { Friendships } from '../graph/friendships.ts';
import { MAX_BLOCKS } from '../graph/limits.ts';
import { pageQuerySchema, pageRequestOf, pageSchemaOf, pageToJson } from './paging.ts';
import { idSchema, timeSchema } from './response-schemas.ts';
import { defineRoute, type Route } from './route.ts';

export const blockSchema = z.strictObject({ id: idSchema, since: timeSchema }).meta({ id: 'Block' });
const blockRequestSchema = z.strictObject({ userId: idSchema }).meta({ id: 'BlockRequest' });

export function blockToJson({ id, since }: ListedBlock): z.infer<typeof blockSchema> {
  return { id, since: since.getTime() };
}

export function blockRoutes(options: {
  friendships: Pick<Friendships, 'block' | 'unblock'>;
  blocks: Pick<BlockRepository, 'blocksOf'>;
}): Route[] {
  const { friendships, blocks } = options;
  return [
    defineRoute({
      method: 'GET',
      path: '/blocks',
      operationId: 'listBlocks',
      tag: 'Blocks',
      summary: 'The users I block',
      access: 'user',
      query: pageQuerySchema,
      response: { status: 200, description: 'A page, in the order of ids.', schema: pageSchemaOf(blockSchema) },
      handle: async ({ caller, query }) =>
        pageToJson(await blocks.blocksOf(caller.user, pageRequestOf(query)), blockToJson),
    }),
    defineRoute({
      method: 'POST',
      path: '/blocks',
      operationId: 'block',
      tag: 'Blocks',
      summary: 'Block a user',
      description:
        'Ends the friendship in both directions and suppresses requests. The blocked user cannot distinguish it from ' +
        `absence. Responds when neither can see the other any more. At most ${MAX_BLOCKS} users can be blocked.`,
      access: 'user',
      body: blockRequestSchema,
      response: { status: 204, description: 'Blocked.' },
      handle: ({ caller, body, signal }) => friendships.block(caller.user, body.userId, signal),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/blocks/{id}',
      operationId: 'unblock',
      tag: 'Blocks',
      summary: 'Unblock a user',
      description: 'Restores neither friendship nor requests.',
      access: 'user',
      pathId: { description: 'The blocked user.', malformed: 'invalid_payload' },
      response: { status: 204, description: 'The user is not blocked.' },
      handle: ({ caller, id }) => friendships.unblock(caller.user, id),
    }),
  ];
}
