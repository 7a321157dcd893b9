/** Calls the operations of invites, of two users who are no friends. */
import { expect } from '@jest/globals';
import { tokenOf } from '../call-api.testing.ts';
import type { Conformance } from './conformance.testing.ts';

/** A valid body for each operation with a body. */
export const inviteBodies = {
  'POST /me/invites': { uses: 'many' },
  'POST /invites/preview': { code: 'unknown' },
  'POST /invites/accept': { code: 'unknown', precision: 'approximate' },
};

export async function expectInvites(api: Conformance, { ann, bob }: { ann: string; bob: string }): Promise<void> {
  const { body } = await api.expectResponse('POST /me/invites', 201, { token: ann, json: { uses: 'many' } });
  const { code, ...invite } = body as { id: string; code: string };
  expect((await api.expectResponse('GET /me/invites', 200, { token: ann })).body).toEqual({ items: [invite] });
  expect((await api.expectResponse('GET /me/export', 200, { token: ann })).body['invites']).toEqual([invite]);
  const preview = await api.expectResponse('POST /invites/preview', 200, { token: bob, json: { code } });
  expect(preview.body).toMatchObject({
    inviter: { id: 'ann', displayName: 'Ann' },
    relation: 'none',
    precision: 'exact',
    until: null,
  });
  await api.expectResponse('POST /invites/preview', 404, { token: bob, json: { code: 'unknown' } });
  await api.expectResponse('POST /invites/accept', 404, { token: bob, json: { code: 'unknown' } });
  await api.expectResponse('POST /invites/accept', 409, { token: await tokenOf('full'), json: { code } });
  await api.expectResponse('POST /invites/accept', 200, { token: bob, json: { code } });
  await api.expectResponse('DELETE /friends/{id}', 204, { token: ann, id: 'bob' });
  for (let i = 1; i < 20; i++) await api.expectResponse('POST /me/invites', 201, { token: ann });
  await api.expectResponse('POST /me/invites', 409, { token: ann });
  await api.expectResponse('DELETE /me/invites/{id}', 204, { token: ann, id: invite.id });
}
