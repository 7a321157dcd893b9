/** `/me/…` routes for a whole account: export, sign-out everywhere, erasure. */
import { positionSchema } from '@nearby-friends/protocol';
import { type Clock, unauthorized } from '@nearby-friends/service-kit';
import { z } from 'zod';
import type { Accounts } from '../graph/accounts.ts';
import type { DataExport, DataExporter } from '../graph/data-exporter.ts';
import type { SharingEnd } from '../graph/sharing-end.ts';
import { alertsSchema, alertsToJson, subscriptionSchema, subscriptionToJson } from './alert-schemas.ts';
import { blockSchema, blockToJson } from './block-routes.ts';
import { deviceSchema, deviceToJson } from './device-routes.ts';
import { requestsSchema, requestsToJson } from './friend-request-routes.ts';
import { inviteSchema, inviteToJson } from './invite-routes.ts';
import { profileSchema, profileToJson } from './profile-schemas.ts';
import { friendSchema, friendToJson, idSchema, timeSchema, viewerSchema, viewerToJson } from './response-schemas.ts';
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
    devices: z.array(deviceSchema).describe('Without their secrets, of which only hashes are kept.'),
    alerts: alertsSchema,
    pushSubscriptions: z.array(subscriptionSchema).describe('Without endpoints and keys.'),
    invites: z.array(inviteSchema).describe('The open ones, without their codes, of which only hashes are kept.'),
    signedOutBefore: timeSchema.nullable().describe('Tokens issued until then are revoked; null: none is.'),
    withheld: z
      .strictObject({
        fromAll: timeSchema.nullable().describe('By my pause, from every viewer.'),
        fromViewers: z.array(
          z.strictObject({
            id: idSchema,
            shownFrom: timeSchema.nullable().describe('In any form.'),
            exactFrom: timeSchema.describe('In the exact form.'),
          }),
        ),
      })
      .describe(
        'What I have withheld and so stays withheld: positions that I reported before these times. null: none. Kept for a ' +
          'day at most, except for the pause.',
      ),
    position: z
      .strictObject({ ...positionSchema.shape, at: timeSchema })
      .nullable()
      .describe('The last known position; null if there is none, or if it has expired.'),
  })
  .meta({ id: 'Export' });

const signOutSchema = z
  .strictObject({
    everywhere: z
      .boolean()
      .default(true)
      .describe('On every device; false: on this one, which then forgets its token.'),
    stopSharing: z.boolean().default(false).describe('Delete my last position, so that nobody sees it any more.'),
  })
  .meta({ id: 'SignOut' });

export function accountRoutes(options: {
  accounts: Accounts;
  sharingEnd: SharingEnd;
  exporter: DataExporter;
  clock: Clock;
}): Route[] {
  const { accounts, sharingEnd, exporter, clock } = options;
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
      summary: 'Sign out',
      description:
        'everywhere: revokes every token issued until now, closes every connection made with one, and removes every ' +
        'registered device, push subscription and invite. stopSharing: my last ' +
        'position is deleted, and nobody sees it when the call returns; stop reporting first. A device that stays signed ' +
        'in shares again with its next report. After a 503, repeat the call with the same token to confirm it.',
      access: 'user-or-revoked',
      body: signOutSchema,
      isBodyOptional: true,
      response: { status: 204, description: 'Signed out.' },
      async handle({ caller, body: { everywhere, stopSharing }, signal }) {
        const { user, isRevoked } = caller;
        if (isRevoked && !everywhere) throw unauthorized();
        // Off the lists first: to close every connection takes longer, and may fail.
        if (stopSharing && everywhere && !isRevoked) await sharingEnd.stop(user, signal);
        if (everywhere)
          await (isRevoked ? accounts.confirmSignOut(signal) : accounts.signOutEverywhere(caller, signal));
        if (stopSharing) await (isRevoked ? sharingEnd.confirm(user, signal) : sharingEnd.stop(user, signal));
      },
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
        caller.isRevoked ? accounts.confirmErasure(caller.user, signal) : accounts.erase(caller, signal),
    }),
  ];
}

function exportToJson(data: DataExport, exportedAt: number): z.infer<typeof exportSchema> {
  const { profile, sharing, friends, viewers, requests, blocks, devices, signedOutBefore, withheld, position } = data;
  const { alerts, invites, pushSubscriptions } = data;
  return {
    exportedAt,
    profile: profileToJson(profile),
    sharing: { paused: sharing.paused, until: sharing.until },
    friends: friends.map(friendToJson),
    viewers: viewers.map(viewerToJson),
    friendRequests: requestsToJson(requests),
    blocks: blocks.map(blockToJson),
    devices: devices.map(deviceToJson),
    invites: invites.map(inviteToJson),
    alerts: alertsToJson(alerts),
    pushSubscriptions: pushSubscriptions.map(subscriptionToJson),
    signedOutBefore,
    withheld: { fromAll: withheld.fromAll, fromViewers: [...withheld.fromViewers] },
    position: position && { ...position.position, at: Math.floor(position.at) },
  };
}
