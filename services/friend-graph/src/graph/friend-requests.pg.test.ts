import { describe, expect, it } from '@jest/globals';
import type { UserId } from '@nearby-friends/protocol';
import { eventually } from '@nearby-friends/testing/eventually';
import { id, useGraph } from './graph.testing.ts';
import { MAX_FRIENDS, MAX_OPEN_REQUESTS } from './limits.ts';

const setting = useGraph();
const { database } = setting;
const [ann, bob, cid] = [id('ann'), id('bob'), id('cid')];

/** The ids in the request lists of the user. */
async function requestsOf(user: UserId) {
  const { incoming, outgoing } = await setting.graph.requests.requestsOf(user);
  return { incoming: incoming.map((one) => one.id), outgoing: outgoing.map((one) => one.id) };
}
/** Two transactions each. */
const PAIRS_AT_ONCE = 5;
const NONE = { incoming: [], outgoing: [] };
const noticesTo = (user: UserId) =>
  setting.notices.flatMap((one) => (one.user === user && 'friendsChanged' in one ? [one.friendsChanged] : []));

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

describe('requesting', () => {
  it('[G2] is listed for both, notifies the recipient, and grants nothing', async () => {
    await setting.graph.requests.request(ann, bob);
    await setting.graph.requests.request(ann, bob);
    expect(await requestsOf(ann)).toEqual({ incoming: [], outgoing: ['bob'] });
    expect(await requestsOf(bob)).toEqual({ incoming: ['ann'], outgoing: [] });
    await eventually(() =>
      expect(setting.notices).toEqual([{ user: 'bob', friendsChanged: { kind: 'requested', userId: 'ann' } }]),
    );
    expect(await setting.friendsOf('ann')).toEqual([]);
    expect(await setting.takeEvents()).toEqual([]);
  });

  it('[G2] makes friends of two who request each other', async () => {
    await setting.graph.requests.request(ann, bob);
    await setting.graph.requests.request(bob, ann);
    expect([await setting.friendsOf('ann'), await setting.friendsOf('bob')]).toEqual([['bob'], ['ann']]);
    expect([await requestsOf(ann), await requestsOf(bob)]).toEqual([NONE, NONE]);
  });

  it('[G2] makes friends of two who request each other concurrently', async () => {
    const pairs = Array.from({ length: 30 }, (_, i) => [id(`a-${i}`), id(`b-${i}`)] as const);
    // Few pairs at once: on a busy machine more would wait too long for a connection of the pool.
    for (let i = 0; i < pairs.length; i += PAIRS_AT_ONCE) {
      await Promise.all(
        pairs
          .slice(i, i + PAIRS_AT_ONCE)
          .flatMap(([one, other]) => [
            setting.graph.requests.request(one, other),
            setting.graph.requests.request(other, one),
          ]),
      );
    }
    for (const [one, other] of pairs) expect(await setting.friendsOf(one)).toEqual([other]);
  });

  it('changes nothing between friends, nor towards a blocked user', async () => {
    await setting.befriend('ann', 'bob');
    await setting.graph.friendships.block(ann, cid);
    await setting.takeEvents();
    await setting.graph.requests.request(ann, bob);
    await setting.graph.requests.request(ann, cid);
    expect(await requestsOf(ann)).toEqual(NONE);
    expect(await setting.takeEvents()).toEqual([]);
  });

  it('refuses a request to oneself', async () => {
    await expect(setting.graph.requests.request(ann, ann)).rejects.toMatchObject({ code: 'invalid_payload' });
  });

  it('[G2] looks the same to the sender for a stranger, a blocker and an unknown id', async () => {
    await setting.graph.friendships.block(bob, ann);
    await setting.graph.profiles.createIfNew(cid);
    const unknown = id('unknown');
    for (const to of [bob, cid, unknown]) await setting.graph.requests.request(ann, to);
    expect((await requestsOf(ann)).outgoing.sort()).toEqual(['bob', 'cid', 'unknown']);
    expect((await setting.graph.requests.requestsOf(ann)).outgoing.map((one) => Object.keys(one).sort())).toEqual(
      Array(3).fill(['id', 'precision', 'since', 'until']),
    );
    for (const to of [bob, cid, unknown]) await setting.graph.requests.declineOrWithdraw(ann, to);
    expect(await requestsOf(ann)).toEqual(NONE);
  });

  it('[G2] shows a request to a blocker only when it is repeated after unblocking, undetectably', async () => {
    await setting.graph.friendships.block(bob, ann);
    await setting.graph.requests.request(ann, bob);
    expect(await requestsOf(bob)).toEqual(NONE);
    await setting.graph.friendships.unblock(bob, ann);
    expect(await requestsOf(bob)).toEqual(NONE);
    await expect(setting.graph.requests.accept(bob, ann)).rejects.toMatchObject({ code: 'not_found' });
    await setting.graph.requests.declineOrWithdraw(bob, ann);
    const before = await setting.graph.requests.requestsOf(ann);
    expect(before.outgoing).toHaveLength(1);
    expect(noticesTo(bob)).toEqual([]);
    await setting.graph.requests.request(ann, bob);
    // Not even the time of the request changes for its sender.
    expect(await setting.graph.requests.requestsOf(ann)).toEqual(before);
    expect(await requestsOf(bob)).toEqual({ incoming: ['ann'], outgoing: [] });
    await eventually(() => expect(noticesTo(bob)).toEqual([{ kind: 'requested', userId: 'ann' }]));
  });

  it('[G2] makes friends of two who have both sent a request, also when one was suppressed', async () => {
    await setting.graph.requests.request(ann, bob);
    await setting.graph.friendships.block(bob, ann);
    await setting.graph.friendships.unblock(bob, ann);
    await setting.graph.requests.request(bob, ann);
    expect(await setting.friendsOf('bob')).toEqual(['ann']);
    expect([await requestsOf(ann), await requestsOf(bob)]).toEqual([NONE, NONE]);
  });

  it('limits the number of open requests, also for concurrent ones', async () => {
    await setting.graph.profiles.createIfNew(ann);
    await database.query(
      `INSERT INTO friend_requests (from_id, to_id) SELECT 'ann', 'x-' || i FROM generate_series(3, $1::int) i`,
      [MAX_OPEN_REQUESTS],
    );
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) => setting.graph.requests.request(ann, id(`y-${i}`))),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    await expect(setting.graph.requests.request(ann, id('more'))).rejects.toMatchObject({ code: 'request_limit' });
    await expect(setting.graph.requests.request(ann, id('x-3'))).resolves.toBeUndefined();
    expect((await requestsOf(ann)).outgoing).toHaveLength(MAX_OPEN_REQUESTS);
  });
});

describe('accepting', () => {
  it('[G2] adds two exact edges, publishes them, notifies both users, and is idempotent', async () => {
    await setting.graph.requests.request(ann, bob);
    await setting.graph.requests.accept(bob, ann);
    await setting.graph.requests.accept(bob, ann);
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

  it('[G2] requires a request to the accepting user', async () => {
    await setting.graph.requests.request(ann, bob);
    for (const [user, from] of [
      [ann, bob],
      [cid, ann],
      [bob, cid],
      [bob, id('unknown')],
    ] as const) {
      await expect(setting.graph.requests.accept(user, from)).rejects.toMatchObject({ code: 'not_found' });
    }
    expect(await setting.takeEvents()).toEqual([]);
  });

  it('either succeeds or is withdrawn, never both, when these are concurrent', async () => {
    for (let round = 0; round < 30; round++) {
      const [one, other] = [id(`a-${round}`), id(`b-${round}`)];
      await setting.graph.requests.request(one, other);
      const [accepted] = await Promise.allSettled([
        setting.graph.requests.accept(other, one),
        setting.graph.requests.declineOrWithdraw(one, other),
      ]);
      expect(await setting.friendsOf(one)).toEqual(accepted.status === 'fulfilled' ? [other] : []);
      expect(await requestsOf(one)).toEqual(NONE);
    }
  });

  it('[G3] is refused when either side has 5,000 friends', async () => {
    await addManyFriends('star', MAX_FRIENDS);
    await setting.graph.requests.request(ann, id('star'));
    await setting.graph.requests.request(id('star'), bob);
    await expect(setting.graph.requests.accept(id('star'), ann)).rejects.toMatchObject({ code: 'friend_limit' });
    await expect(setting.graph.requests.accept(bob, id('star'))).rejects.toMatchObject({ code: 'friend_limit' });
    await expect(setting.graph.requests.request(bob, id('star'))).rejects.toMatchObject({ code: 'friend_limit' });
    await setting.graph.friendships.unfriend(id('star'), id('star-1'));
    await setting.graph.requests.accept(id('star'), ann);
    expect(await setting.friendsOf('star')).toHaveLength(MAX_FRIENDS);
  });

  it('[G3] never exceeds 5,000 under concurrent accepts', async () => {
    await addManyFriends('star', MAX_FRIENDS - 5);
    const senders = Array.from({ length: 40 }, (_, i) => id(`sender-${i}`));
    const star = id('star');
    for (const [i, sender] of senders.entries()) {
      await (i % 2 ? setting.graph.requests.request(sender, star) : setting.graph.requests.request(star, sender));
    }
    const accepted = await Promise.allSettled(
      senders.map((sender, i) =>
        i % 2 ? setting.graph.requests.accept(star, sender) : setting.graph.requests.accept(sender, star),
      ),
    );
    const refusals = accepted.filter((one) => one.status === 'rejected').map(({ reason }) => reason.code);
    expect(refusals).toEqual(Array(35).fill('friend_limit'));
    expect(await setting.friendsOf('star')).toHaveLength(MAX_FRIENDS);
  });
});
