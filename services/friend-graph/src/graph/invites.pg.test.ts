import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { CodedError, Grant, UserId } from '@nearby-friends/protocol';
import { eventually } from '@nearby-friends/testing/eventually';
import { by, id, useGraph } from './graph.testing.ts';
import { MAX_FRIENDS, MAX_OPEN_INVITES } from './limits.ts';

const setting = useGraph();
const { database } = setting;
const [ann, bob, cid] = [id('ann'), id('bob'), id('cid')];
const EXACT: Grant = { precision: 'exact', until: null };
const ROUGH: Grant = { precision: 'approximate', until: null };
const unusable = { code: 'invite_unusable' };

const create = (user: UserId = ann, more: { isReusable?: boolean; grant?: Grant; lifetimeSeconds?: number } = {}) =>
  setting.graph.invites.create(by(user), { isReusable: false, grant: EXACT, lifetimeSeconds: 600, ...more });
const accept = (user: UserId, code: string, choice: Grant = EXACT) => setting.graph.invites.accept(user, code, choice);
const preview = (user: UserId, code: string) => setting.graph.invites.preview(user, code);

describe('[G10] accepting an invite', () => {
  it('makes friends at once, each with what the other has chosen, and tells both', async () => {
    const { code } = await create(ann, { grant: ROUGH });
    expect(await preview(bob, code)).toEqual({
      inviter: { id: 'ann', displayName: 'ann' },
      grant: ROUGH,
      relation: 'none',
    });
    expect(await setting.friendsOf('bob')).toEqual([]);
    expect(await accept(bob, code)).toBe('ann');
    expect(await setting.viewersOf('ann')).toEqual([['bob', 'approximate', null]]);
    expect(await setting.viewersOf('bob')).toEqual([['ann', 'exact', null]]);
    expect((await setting.takeEvents()).filter(({ kind }) => kind === 'edge')).toHaveLength(2);
    await eventually(() =>
      expect(setting.notices).toEqual(
        expect.arrayContaining([
          { user: 'ann', friendsChanged: { kind: 'accepted', userId: 'bob' } },
          { user: 'bob', friendsChanged: { kind: 'accepted', userId: 'ann' } },
        ]),
      ),
    );
  });

  it('may be repeated, and widens nothing between friends', async () => {
    const { code } = await create();
    await accept(bob, code, ROUGH);
    await accept(bob, code, EXACT);
    expect(await setting.viewersOf('bob')).toEqual([['ann', 'approximate', null]]);
    expect(await preview(bob, code)).toMatchObject({ relation: 'friend' });
  });

  it('works once, also under concurrent use, and any number of times if it is for many', async () => {
    const { code } = await create();
    const users = Array.from({ length: 5 }, (_, i) => id(`user-${i}`));
    const results = await Promise.allSettled(users.map((user) => accept(user, code)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject(unusable);
    expect(await setting.friendsOf('ann')).toHaveLength(1);
    expect(await setting.graph.invites.invitesOf(ann)).toEqual([]);
    const many = await create(cid, { isReusable: true });
    for (const user of users) await accept(user, many.code);
    expect(await setting.friendsOf('cid')).toHaveLength(5);
    expect(await setting.graph.invites.invitesOf(cid)).toMatchObject([{ id: many.id, timesUsed: 5 }]);
  });

  it('is refused alike for a code that is unknown, used up, ended, revoked, or of a user who blocks or is erased', async () => {
    const used = await create();
    await accept(cid, used.code);
    const ended = await create();
    await database.query(`UPDATE invites SET expires_at = now() WHERE id = $1`, [ended.id]);
    const revoked = await create();
    await setting.graph.invites.revoke(ann, revoked.id);
    const blocker = await create(id('blocker'));
    await setting.graph.friendships.block(id('blocker'), bob);
    const gone = await create(id('gone'));
    await setting.graph.accounts.erase(by(id('gone')));
    const refusals: string[][] = [];
    for (const code of ['unknown', used.code, ended.code, revoked.code, blocker.code, gone.code]) {
      for (const call of [preview(bob, code), accept(bob, code)]) {
        const outcome = await call.catch((error: CodedError) => [error.code, error.message]);
        refusals.push(outcome as string[]);
      }
    }
    expect(new Set(refusals.map(String)).size).toBe(1);
    expect(refusals[0]?.[0]).toBe('invite_unusable');
    expect(await setting.friendsOf('bob')).toEqual([]);
  });

  it('says to whom it concerns that it is the own one, or of a person whom the user blocks', async () => {
    const { code } = await create();
    expect(await preview(ann, code)).toMatchObject({ relation: 'self' });
    await expect(accept(ann, code)).rejects.toMatchObject({ code: 'invalid_payload' });
    await setting.graph.friendships.block(bob, ann);
    expect(await preview(bob, code)).toMatchObject({ relation: 'blocked' });
    await expect(accept(bob, code)).rejects.toMatchObject({ code: 'invalid_payload' });
    // It is not used up by that.
    expect(await accept(cid, code)).toBe('ann');
  });

  it('takes the narrower one of the invite and of an open request, and removes requests', async () => {
    await setting.graph.requests.request(ann, bob, ROUGH);
    const { code } = await create();
    await accept(bob, code);
    expect(await setting.viewersOf('ann')).toEqual([['bob', 'approximate', null]]);
    expect((await setting.graph.requests.requestsOf(bob)).incoming).toEqual([]);
  });

  it('[G3] is refused at 5,000 friends, and uses nothing up', async () => {
    const { code } = await create();
    await database.query(
      `INSERT INTO users (id, display_name) SELECT 'x-' || i, 'x' FROM generate_series(1, $1::int) i`,
      [MAX_FRIENDS],
    );
    await database.query(
      `INSERT INTO edges (viewer_id, subject_id) SELECT 'ann', 'x-' || i FROM generate_series(1, $1::int) i`,
      [MAX_FRIENDS],
    );
    await expect(accept(bob, code)).rejects.toMatchObject({ code: 'friend_limit' });
    expect(await setting.graph.invites.invitesOf(ann)).toMatchObject([{ timesUsed: 0 }]);
  });
});

describe('[G10] an invite', () => {
  it('has a random code of which only the hash is kept', async () => {
    const { code } = await create();
    expect(code).toMatch(/^[A-Za-z0-9_-]{24}$/);
    const [row] = await database.query<{ row: string }>('SELECT t::text AS row FROM invites AS t');
    expect(row?.row).toContain(createHash('sha256').update(code).digest('hex'));
    expect(row?.row).not.toContain(code);
  });

  it('has a limit per user, also under concurrent calls, in which ended and used ones do not count', async () => {
    const results = await Promise.allSettled(Array.from({ length: MAX_OPEN_INVITES + 4 }, () => create()));
    const made = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(made).toHaveLength(MAX_OPEN_INVITES);
    await expect(create()).rejects.toMatchObject({ code: 'invite_limit' });
    await accept(bob, made[0]?.code ?? '');
    await create();
    await database.query(`UPDATE invites SET expires_at = now() WHERE id = $1`, [made[1]?.id]);
    await create();
    await expect(create()).rejects.toMatchObject({ code: 'invite_limit' });
  });

  it('is listed for its user only, revoked by its user only, and ends with a sign-out everywhere', async () => {
    const { id: inviteId, code } = await create();
    await setting.graph.invites.revoke(bob, inviteId);
    expect(await setting.graph.invites.invitesOf(bob)).toEqual([]);
    expect(await setting.graph.invites.invitesOf(ann)).toMatchObject([{ id: inviteId }]);
    await setting.graph.accounts.signOutEverywhere(by(ann));
    expect(await setting.graph.invites.invitesOf(ann)).toEqual([]);
    await expect(accept(bob, code)).rejects.toMatchObject(unusable);
  });
});
