import { describe, expect, it } from '@jest/globals';
import type { UserId } from '@nearby-friends/protocol';
import { eventually } from '@nearby-friends/testing';
import { id, useGraph } from './graph.testing.ts';
import { MAX_FRIENDS, MAX_OPEN_REQUESTS } from './limits.ts';

const setting = useGraph();
const { database } = setting;
const [ann, bob, cid] = [id('ann'), id('bob'), id('cid')];

/** Whose requests the user sees, and to whom the user's own go. */
async function requestsOf(user: UserId) {
  const { incoming, outgoing } = await setting.graph.requestsOf(user);
  return { incoming: incoming.map((one) => one.id), outgoing: outgoing.map((one) => one.id) };
}
const NONE = { incoming: [], outgoing: [] };

/** Users `name-0`… who are friends of `user`. */
async function addManyFriends(user: string, count: number): Promise<void> {
  await database.query(`INSERT INTO users (id, display_name) VALUES ($1, $1) ON CONFLICT DO NOTHING`, [user]);
  await database.query(
    `INSERT INTO users (id, display_name) SELECT $1 || '-' || i, 'x' FROM generate_series(1, $2::int) i`,
    [user, count],
  );
  await database.query(
    `INSERT INTO edges (viewer_id, subject_id) SELECT $1, $1 || '-' || i FROM generate_series(1, $2::int) i
     UNION ALL SELECT $1 || '-' || i, $1 FROM generate_series(1, $2::int) i`,
    [user, count],
  );
}

describe('asking', () => {
  it('[G2] is listed with both, is told to the one who is asked, and lets nobody see anybody', async () => {
    await setting.graph.request(ann, bob);
    await setting.graph.request(ann, bob);
    expect(await requestsOf(ann)).toEqual({ incoming: [], outgoing: ['bob'] });
    expect(await requestsOf(bob)).toEqual({ incoming: ['ann'], outgoing: [] });
    await eventually(() =>
      expect(setting.notices).toEqual([{ user: 'bob', friendsChanged: { kind: 'requested', userId: 'ann' } }]),
    );
    expect(await setting.friendsOf('ann')).toEqual([]);
    expect(await setting.takeEvents()).toEqual([]);
  });

  it('[G2] makes friends of two who ask each other', async () => {
    await setting.graph.request(ann, bob);
    await setting.graph.request(bob, ann);
    expect([await setting.friendsOf('ann'), await setting.friendsOf('bob')]).toEqual([['bob'], ['ann']]);
    expect([await requestsOf(ann), await requestsOf(bob)]).toEqual([NONE, NONE]);
  });

  it('[G2] makes friends of two who ask each other at the same moment, whoever they are', async () => {
    const pairs = Array.from({ length: 30 }, (_, i) => [id(`a-${i}`), id(`b-${i}`)] as const);
    await Promise.all(
      pairs.flatMap(([one, other]) => [setting.graph.request(one, other), setting.graph.request(other, one)]),
    );
    for (const [one, other] of pairs) expect(await setting.friendsOf(one)).toEqual([other]);
  });

  it('changes nothing between friends, nor towards somebody one blocks', async () => {
    await setting.befriend('ann', 'bob');
    await setting.graph.block(ann, cid);
    await setting.takeEvents();
    await setting.graph.request(ann, bob);
    await setting.graph.request(ann, cid);
    expect(await requestsOf(ann)).toEqual(NONE);
    expect(await setting.takeEvents()).toEqual([]);
  });

  it('refuses to ask oneself', async () => {
    await expect(setting.graph.request(ann, ann)).rejects.toMatchObject({ code: 'invalid_payload' });
  });

  it('[G2] looks the same to the asker for a stranger, a blocker and an id that nobody has', async () => {
    await setting.graph.block(bob, ann);
    await setting.graph.profiles.createIfNew(cid);
    const nobody = id('nobody');
    for (const to of [bob, cid, nobody]) await setting.graph.request(ann, to);
    expect((await requestsOf(ann)).outgoing.sort()).toEqual(['bob', 'cid', 'nobody']);
    expect((await setting.graph.requestsOf(ann)).outgoing.map((one) => Object.keys(one).sort())).toEqual(
      Array(3).fill(['id', 'since']),
    );
    for (const to of [bob, cid, nobody]) await setting.graph.declineOrWithdraw(ann, to);
    expect(await requestsOf(ann)).toEqual(NONE);
  });

  it('[G2] shows a request made to a blocker only when it is made anew after unblocking, and nobody can tell', async () => {
    await setting.graph.block(bob, ann);
    await setting.graph.request(ann, bob);
    expect(await requestsOf(bob)).toEqual(NONE);
    await setting.graph.unblock(bob, ann);
    expect(await requestsOf(bob)).toEqual(NONE);
    await expect(setting.graph.accept(bob, ann)).rejects.toMatchObject({ code: 'not_found' });
    await setting.graph.declineOrWithdraw(bob, ann);
    const before = await setting.graph.requestsOf(ann);
    expect(before.outgoing).toHaveLength(1);
    expect(setting.notices).toEqual([]);
    await setting.graph.request(ann, bob);
    // Not even the time of the request has changed for its author.
    expect(await setting.graph.requestsOf(ann)).toEqual(before);
    expect(await requestsOf(bob)).toEqual({ incoming: ['ann'], outgoing: [] });
    expect(setting.notices).toEqual([{ user: 'bob', friendsChanged: { kind: 'requested', userId: 'ann' } }]);
  });

  it('[G2] makes friends of two who have both asked, also when one request was kept back', async () => {
    await setting.graph.request(ann, bob);
    await setting.graph.block(bob, ann);
    await setting.graph.unblock(bob, ann);
    await setting.graph.request(bob, ann);
    expect(await setting.friendsOf('bob')).toEqual(['ann']);
    expect([await requestsOf(ann), await requestsOf(bob)]).toEqual([NONE, NONE]);
  });

  it('keeps so many open requests and no more, also when they come at once', async () => {
    await setting.graph.profiles.createIfNew(ann);
    await database.query(
      `INSERT INTO friend_requests (from_id, to_id) SELECT 'ann', 'x-' || i FROM generate_series(3, $1::int) i`,
      [MAX_OPEN_REQUESTS],
    );
    const asked = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) => setting.graph.request(ann, id(`y-${i}`))),
    );
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    await expect(setting.graph.request(ann, id('more'))).rejects.toMatchObject({ code: 'request_limit' });
    await expect(setting.graph.request(ann, id('x-3'))).resolves.toBeUndefined();
    expect((await requestsOf(ann)).outgoing).toHaveLength(MAX_OPEN_REQUESTS);
  });
});

describe('accepting', () => {
  it('[G2] makes two exact edges, tells the gateways and both people, and is idempotent', async () => {
    await setting.graph.request(ann, bob);
    await setting.graph.accept(bob, ann);
    await setting.graph.accept(bob, ann);
    expect(await setting.viewersOf('ann')).toEqual([['bob', 'exact', null]]);
    expect(await setting.viewersOf('bob')).toEqual([['ann', 'exact', null]]);
    const grant = { precision: 'exact', until: null };
    const version = expect.any(Number);
    expect(await setting.takeEvents()).toEqual(
      expect.arrayContaining([
        { kind: 'edge', version, viewer: 'ann', subject: 'bob', grant },
        { kind: 'edge', version, viewer: 'bob', subject: 'ann', grant },
      ]),
    );
    await eventually(() =>
      expect(setting.notices.slice(1)).toEqual([
        { user: 'bob', friendsChanged: { kind: 'accepted', userId: 'ann' } },
        { user: 'ann', friendsChanged: { kind: 'accepted', userId: 'bob' } },
      ]),
    );
  });

  it('[G2] needs a request to the one who accepts', async () => {
    await setting.graph.request(ann, bob);
    for (const [user, from] of [
      [ann, bob],
      [cid, ann],
      [bob, cid],
      [bob, id('nobody')],
    ] as const) {
      await expect(setting.graph.accept(user, from)).rejects.toMatchObject({ code: 'not_found' });
    }
    expect(await setting.takeEvents()).toEqual([]);
  });

  it('comes about or not when it is withdrawn at the same moment, and never both', async () => {
    for (let round = 0; round < 30; round++) {
      const [one, other] = [id(`a-${round}`), id(`b-${round}`)];
      await setting.graph.request(one, other);
      const [accepted] = await Promise.allSettled([
        setting.graph.accept(other, one),
        setting.graph.declineOrWithdraw(one, other),
      ]);
      expect(await setting.friendsOf(one)).toEqual(accepted.status === 'fulfilled' ? [other] : []);
      expect(await requestsOf(one)).toEqual(NONE);
    }
  });

  it('[G3] is refused to whoever has 5,000 friends, on either side', async () => {
    await addManyFriends('star', MAX_FRIENDS);
    await setting.graph.request(ann, id('star'));
    await setting.graph.request(id('star'), bob);
    await expect(setting.graph.accept(id('star'), ann)).rejects.toMatchObject({ code: 'friend_limit' });
    await expect(setting.graph.accept(bob, id('star'))).rejects.toMatchObject({ code: 'friend_limit' });
    await expect(setting.graph.request(bob, id('star'))).rejects.toMatchObject({ code: 'friend_limit' });
    await setting.graph.unfriend(id('star'), id('star-1'));
    await setting.graph.accept(id('star'), ann);
    expect(await setting.friendsOf('star')).toHaveLength(MAX_FRIENDS);
  });

  it('[G3] never exceeds 5,000 however many accept at once', async () => {
    await addManyFriends('star', MAX_FRIENDS - 5);
    const askers = Array.from({ length: 40 }, (_, i) => id(`asker-${i}`));
    const star = id('star');
    for (const [i, asker] of askers.entries()) {
      await (i % 2 ? setting.graph.request(asker, star) : setting.graph.request(star, asker));
    }
    const accepted = await Promise.allSettled(
      askers.map((asker, i) => (i % 2 ? setting.graph.accept(star, asker) : setting.graph.accept(asker, star))),
    );
    const refusals = accepted.filter((one) => one.status === 'rejected').map(({ reason }) => reason.code);
    expect(refusals).toEqual(Array(35).fill('friend_limit'));
    expect(await setting.friendsOf('star')).toHaveLength(MAX_FRIENDS);
  });
});
