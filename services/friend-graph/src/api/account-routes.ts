/** A user's account as a whole: export, sign-out everywhere, erasure. */
import { positionSchema, type UserId } from '@nearby-friends/protocol';
import { type Clock, unauthorized } from '@nearby-friends/service-kit';
import { z } from 'zod';
import type { ForgetPosition } from '../graph/accounts.ts';
import type { DataExport } from '../graph/data-export.ts';
import type { FriendGraph } from '../graph/friend-graph.ts';
import { blockSchema, blockToJson } from './block-routes.ts';
import { requestsSchema, requestsToJson } from './friend-request-routes.ts';
import { profileSchema, profileToJson } from './profile-schemas.ts';
import { friendSchema, friendToJson, timeSchema, viewerSchema, viewerToJson } from './response-schemas.ts';
import { defineRoute, type Route } from './route.ts';
import { sharingSchema } from './sharing-routes.ts';

const exportSchema = z
  .strictObject({
    exportedAt: timeSchema,
    profile: profileSchema,
    sharing: sharingSchema,
    friends: z.array(friendSchema),
    viewers: z.array(viewerSchema),
    friendRequests: requestsSchema,
    blocks: z.array(blockSchema),
    signedOutBefore: timeSchema.nullable().describe('Tokens issued until then are void; null: none was called back.'),
    position: z
      .strictObject({ ...positionSchema.shape, at: timeSchema })
      .nullable()
      .describe('The last one known; null when there is none, or none recent enough to count.'),
  })
  .meta({ id: 'Export' });

export function accountRoutes(options: {
  graph: Pick<FriendGraph, 'exportOf' | 'signOutEverywhere' | 'erase' | 'waitUntilAppliedEverywhere'>;
  forgetPosition: ForgetPosition;
  isKnown: (user: UserId) => Promise<boolean>;
  clock: Clock;
}): Route[] {
  const { graph, forgetPosition, isKnown, clock } = options;
  return [
    defineRoute({
      method: 'GET',
      path: '/me/export',
      operationId: 'exportAccount',
      tag: 'Account',
      summary: 'Everything held about me',
      access: 'user',
      answer: { status: 200, description: 'All of it, at once.', schema: exportSchema },
      handle: async ({ caller }) => exportToJson(await graph.exportOf(caller.user), Math.floor(clock.now())),
    }),
    defineRoute({
      method: 'POST',
      path: '/me/sign-out',
      operationId: 'signOutEverywhere',
      tag: 'Account',
      summary: 'Sign out everywhere',
      description:
        'Every token issued until now is void, and every connection made with one is closed. After a 503 the same call ' +
        'with the same token confirms it.',
      access: 'called-back',
      answer: { status: 204, description: 'Signed out everywhere.' },
      // A token that is void already signs nobody out a second time: newer tokens stay good.
      handle: ({ caller, signal }) =>
        caller.isRevoked ? graph.waitUntilAppliedEverywhere(signal) : graph.signOutEverywhere(caller.user, signal),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/me',
      operationId: 'eraseAccount',
      tag: 'Account',
      summary: 'Erase my account',
      description:
        'Everything held about me is deleted everywhere, and my tokens are void. After a 503 the same call with the ' +
        'same token confirms it.',
      access: 'called-back',
      answer: { status: 204, description: 'Erased.' },
      async handle({ caller: { user, isRevoked }, signal }) {
        if (!isRevoked) return await graph.erase(user, signal);
        // A void token erases no account. It may only ask whether what it has begun is done.
        if (await isKnown(user)) throw unauthorized();
        await graph.waitUntilAppliedEverywhere(signal);
        await forgetPosition(user);
      },
    }),
  ];
}

function exportToJson(held: DataExport, exportedAt: number): z.infer<typeof exportSchema> {
  const { profile, sharing, friends, viewers, requests, blocks, signedOutBefore, position } = held;
  return {
    exportedAt,
    profile: profileToJson(profile),
    sharing: { paused: sharing.paused, until: sharing.until },
    friends: friends.map(friendToJson),
    viewers: viewers.map(viewerToJson),
    friendRequests: requestsToJson(requests),
    blocks: blocks.map(blockToJson),
    signedOutBefore,
    position: position && { ...position.position, at: Math.floor(position.at) },
  };
}
