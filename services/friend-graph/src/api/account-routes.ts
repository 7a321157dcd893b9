/** `/me/…` routes for a whole account: export, sign-out everywhere, erasure. */
import { positionSchema } from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';
import { z } from 'zod';
import type { Accounts } from '../graph/accounts.ts';
import type { DataExport, DataExporter } from '../graph/data-exporter.ts';
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
    signedOutBefore: timeSchema.nullable().describe('Tokens issued until then are revoked; null: none is.'),
    position: z
      .strictObject({ ...positionSchema.shape, at: timeSchema })
      .nullable()
      .describe('The last known position; null if there is none, or if it has expired.'),
  })
  .meta({ id: 'Export' });

export function accountRoutes(options: { accounts: Accounts; exporter: DataExporter; clock: Clock }): Route[] {
  const { accounts, exporter, clock } = options;
  return [
    defineRoute({
      method: 'GET',
      path: '/me/export',
      operationId: 'exportAccount',
      tag: 'Account',
      summary: 'Everything stored about me',
      access: 'user',
      response: { status: 200, description: 'All data in one response.', schema: exportSchema },
      handle: async ({ caller }) => exportToJson(await exporter.exportOf(caller.user), Math.floor(clock.now())),
    }),
    defineRoute({
      method: 'POST',
      path: '/me/sign-out',
      operationId: 'signOutEverywhere',
      tag: 'Account',
      summary: 'Sign out everywhere',
      description:
        'Revokes every token issued until now and closes every connection made with one. After a 503, repeat the call ' +
        'with the same token to confirm it.',
      access: 'user-or-revoked',
      response: { status: 204, description: 'Signed out everywhere.' },
      handle: ({ caller, signal }) =>
        caller.isRevoked ? accounts.confirmSignOut(signal) : accounts.signOutEverywhere(caller.user, signal),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/me',
      operationId: 'eraseAccount',
      tag: 'Account',
      summary: 'Erase my account',
      description:
        'Deletes everything stored about me and revokes my tokens. After a 503, repeat the call with the same token to ' +
        'confirm it.',
      access: 'user-or-revoked',
      response: { status: 204, description: 'Erased.' },
      handle: ({ caller, signal }) =>
        caller.isRevoked ? accounts.confirmErasure(caller.user, signal) : accounts.erase(caller.user, signal),
    }),
  ];
}

function exportToJson(data: DataExport, exportedAt: number): z.infer<typeof exportSchema> {
  const { profile, sharing, friends, viewers, requests, blocks, signedOutBefore, position } = data;
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
