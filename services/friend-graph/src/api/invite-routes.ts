/** `/me/invites` and `/invites` routes: invite by a code, and accept one. */
import type { Grant } from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';
import { z } from 'zod';
import type { Invite } from '../database/invite-repository.ts';
import type { Invites } from '../graph/invites.ts';
import { MAX_OPEN_INVITES } from '../graph/limits.ts';
import { choiceShape, grantSchema, requireFuture } from './grant-schemas.ts';
import { nameSkeleton } from './name-skeleton.ts';
import { idSchema, MAX_DISPLAY_NAME_LENGTH, nameSkeletonSchema, timeSchema } from './response-schemas.ts';
import { defineRoute, type Route } from './route.ts';

const DAY_SECONDS = 86_400;
const MIN_LIFETIME_SECONDS = 60;
const DEFAULT_LIFETIME_SECONDS = 7 * DAY_SECONDS;
const MAX_LIFETIME_SECONDS = 30 * DAY_SECONDS;

const inviteIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{16}$/)
  .meta({ id: 'InviteId', description: 'Of an invite; opaque, and not its code.' });
const codeSchema = z
  .string()
  .min(1)
  .max(100)
  .describe('Never put it into a path or a query, which servers log: in a link it belongs into the fragment.');
const usesSchema = z.enum(['once', 'many']).describe('How many people may accept it.');

/** What lists and the export have of it. */
export const inviteSchema = z
  .strictObject({
    id: inviteIdSchema,
    uses: usesSchema,
    timesUsed: z.int().min(0),
    createdAt: timeSchema,
    expiresAt: timeSchema.describe('When it can no longer be accepted.'),
    ...grantSchema.shape,
  })
  .meta({ id: 'Invite', description: 'Without its code. precision and until: what I grant each who accepts it.' });
const createdInviteSchema = inviteSchema
  .extend({ code: z.string().describe('24 characters of A-Za-z0-9_-. Shown only here: only its hash is kept.') })
  .meta({ id: 'CreatedInvite', description: 'With its code.' });
const invitesSchema = z
  .strictObject({ items: z.array(inviteSchema).max(MAX_OPEN_INVITES) })
  .meta({ id: 'Invites', description: 'The newest first.' });
const inviteRequestSchema = z
  .strictObject({
    uses: usesSchema.default('once'),
    lifetimeSeconds: z
      .int()
      .min(MIN_LIFETIME_SECONDS)
      .max(MAX_LIFETIME_SECONDS)
      .default(DEFAULT_LIFETIME_SECONDS)
      .describe('How long it can be accepted, s.'),
    ...choiceShape,
  })
  .meta({ id: 'InviteRequest' });
const previewRequestSchema = z.strictObject({ code: codeSchema }).meta({ id: 'InvitePreviewRequest' });
const previewSchema = z
  .strictObject({
    inviter: z.strictObject({
      id: idSchema,
      displayName: z.string().max(MAX_DISPLAY_NAME_LENGTH),
      nameSkeleton: nameSkeletonSchema,
    }),
    ...grantSchema.shape,
    relation: z
      .enum(['none', 'friend', 'self', 'blocked'])
      .describe('What the inviter is to me: blocked means that I block the inviter.'),
  })
  .meta({ id: 'InvitePreview', description: 'precision and until: what I would see of the inviter.' });
const inviteAcceptanceSchema = z.strictObject({ code: codeSchema, ...choiceShape }).meta({ id: 'InviteAcceptance' });
const acceptedSchema = z.strictObject({ inviterId: idSchema }).meta({ id: 'AcceptedInvite' });

export function inviteToJson(invite: Invite): z.infer<typeof inviteSchema> {
  const { id, isReusable, timesUsed, createdAt, expiresAt, grant } = invite;
  const times = { createdAt: createdAt.getTime(), expiresAt: expiresAt.getTime() };
  return {
    id,
    uses: isReusable ? 'many' : 'once',
    timesUsed,
    ...times,
    precision: grant.precision,
    until: grant.until,
  };
}

export function inviteRoutes({ invites, clock }: { invites: Invites; clock: Clock }): Route[] {
  const grantOf = ({ precision = 'exact', until = null }: Partial<Grant>): Grant => {
    requireFuture(until, clock);
    return { precision, until };
  };
  return [
    defineRoute({
      method: 'GET',
      path: '/me/invites',
      operationId: 'listInvites',
      tag: 'Invites',
      summary: 'My open invites',
      access: 'user',
      response: { status: 200, description: 'All that can still be accepted.', schema: invitesSchema },
      handle: async ({ caller }) => ({ items: (await invites.invitesOf(caller.user)).map(inviteToJson) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/me/invites',
      operationId: 'createInvite',
      tag: 'Invites',
      summary: 'Invite by a code',
      description:
        'Whoever has the code may become my friend with one call, without another consent of mine, until it ends, is used ' +
        `up or revoked, or I sign out everywhere. At most ${MAX_OPEN_INVITES} invites can be open. Not idempotent: after a ` +
        '503, look at the list and revoke what was created without its code being shown.',
      access: 'user',
      body: inviteRequestSchema,
      isBodyOptional: true,
      failures: ['invite_limit'],
      response: { status: 201, description: 'The invite with its code.', schema: createdInviteSchema },
      async handle({ caller, body }) {
        const { uses, lifetimeSeconds } = body;
        const grant = grantOf({ precision: body.precision ?? 'exact', until: body.until ?? null });
        const { code, ...invite } = await invites.create(caller, {
          isReusable: uses === 'many',
          lifetimeSeconds,
          grant,
        });
        return { ...inviteToJson(invite), code };
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/me/invites/{id}',
      operationId: 'revokeInvite',
      tag: 'Invites',
      summary: 'Revoke an invite',
      description: 'Friendships that came of it stay.',
      access: 'user',
      pathId: { description: 'One of my invites.', malformed: 'invalid_payload', schema: inviteIdSchema },
      response: { status: 204, description: 'There is no such invite.' },
      handle: ({ caller, id }) => invites.revoke(caller.user, id),
    }),
    defineRoute({
      method: 'POST',
      path: '/invites/preview',
      operationId: 'previewInvite',
      tag: 'Invites',
      summary: 'Who invites me',
      description:
        'Changes nothing. The response is the same for every code that I cannot accept: unknown, used up, ended, revoked, or ' +
        'of a user who blocks me.',
      access: 'user',
      body: previewRequestSchema,
      failures: ['invite_unusable'],
      response: { status: 200, description: 'The inviter, and what I would see.', schema: previewSchema },
      async handle({ caller, body }) {
        const { inviter, grant, relation } = await invites.preview(caller.user, body.code);
        const { id, displayName } = inviter;
        const { precision, until } = grant;
        return { inviter: { id, displayName, nameSkeleton: nameSkeleton(displayName) }, precision, until, relation };
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/invites/accept',
      operationId: 'acceptInvite',
      tag: 'Invites',
      summary: 'Accept an invite',
      description:
        'The two are friends at once: each sees what the other has chosen. Between friends it changes nothing, so that it may be ' +
        'repeated.',
      access: 'user',
      body: inviteAcceptanceSchema,
      failures: ['invite_unusable', 'friend_limit'],
      response: { status: 200, description: 'The two are friends.', schema: acceptedSchema },
      async handle({ caller, body }) {
        const choice = grantOf({ precision: body.precision ?? 'exact', until: body.until ?? null });
        return { inviterId: await invites.accept(caller.user, body.code, choice) };
      },
    }),
  ];
}
