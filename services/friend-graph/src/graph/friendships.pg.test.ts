import { describe, expect, it } from '@jest/globals';
import type { Grant } from '@nearby-friends/protocol';
import { eventually } from '@nearby-friends/testing/eventually';
import { by, id, useGraph } from './graph.testing.ts';
import { MAX_BLOCKS } from './limits.ts';

const setting = useGraph();
const [ann, bob, cid] = [id('ann'), id('bob'), id('cid')];
const version = expect.any(Number);
const BOTH_GONE = expect.arrayContaining([
  { kind: 'edge', version, viewer: 'ann', subject: 'bob', grant: null },
  { kind: 'edge', version, viewer: 'bob', subject: 'ann', grant: null },
]);
const REMOVED_FOR_BOTH = [
  { user: 'ann', friendsChanged: { kind: 'removed', userId: 'bob' } },
  { user: 'bob', friendsChanged: { kind: 'removed', userId: 'ann' } },
];

describe('ending a friendship', () => {
  it('[G2] removes both directions, publishes that, notifies both users, and is idempotent', async () => {
    await setting.befriend('ann', 'bob');
    const made = await setting.takeEvents();
    await setting.graph.friendships.unfriend(ann, bob);
    await setting.graph.friendships.unfriend(ann, bob);
    await setting.graph.friendships.unfriend(bob, id('unknown'));
    expect([await setting.friendsOf('ann'), await setting.friendsOf('bob')]).toEqual([[], []]);
    const gone = await setting.takeEvents();
    // Of each call: a restored database may have lost a friendship that gateways hold.
    expect(gone).toHaveLength(6);
    expect(gone).toEqual(BOTH_GONE);
    expect(Math.min(...gone.map((event) => event.version))).toBeGreaterThan(
      Math.max(...made.map((event) => event.version)),
    );
    await eventually(() => expect(setting.notices.slice(-2)).toEqual(REMOVED_FOR_BOTH));
    expect(
      setting.notices.filter((notice) => 'friendsChanged' in notice && notice.friendsChanged.kind === 'removed'),
    ).toHaveLength(2);
  });

  it('[G4] gives every change of an edge a higher version than the one before, under concurrent changes', async () => {
    await setting.befriend('ann', 'bob');
    const changes = Array.from({ length: 40 }, (_, i) => async () => {
      if (i % 4 === 0) await setting.graph.friendships.unfriend(ann, bob);
      else if (i % 4 === 1) await setting.befriend('ann', 'bob');
      else await setting.graph.friendships.setGrant(ann, bob, { precision: 'approximate', until: i });
    });
    // Some find nothing to change, which is fine.
    await Promise.allSettled(changes.map((change) => change()));
    const events = (await setting.takeEvents()).filter((event) => event.kind === 'edge' && event.subject === 'ann');
    const last = events.toSorted((one, other) => one.version - other.version).at(-1);
    const [stored] = await setting.viewersOf('ann');
    const published = last?.kind === 'edge' && last.grant ? ['bob', last.grant.precision, last.grant.until] : undefined;
    expect(published).toEqual(stored);
    expect(new Set(events.map((event) => event.version)).size).toBe(events.length);
  });
});

describe('blocking', () => {
  it('[G2] ends the friendship for both, and looks to the blocked user like any other end', async () => {
    await setting.befriend('ann', 'bob');
    await setting.takeEvents();
    await setting.graph.friendships.block(ann, bob);
    await setting.graph.friendships.block(ann, bob);
    expect(await setting.takeEvents()).toEqual(BOTH_GONE);
    expect([await setting.friendsOf('ann'), await setting.friendsOf('bob')]).toEqual([[], []]);
    await eventually(() => expect(setting.notices.slice(-2)).toEqual(REMOVED_FOR_BOTH));
  });

  it('[G2] withdraws the own request and hides the other one, which its sender still sees', async () => {
    await setting.graph.requests.request(ann, bob);
    await setting.graph.friendships.block(bob, ann);
    expect((await setting.graph.requests.requestsOf(ann)).outgoing).toMatchObject([{ id: 'bob' }]);
    expect((await setting.graph.requests.requestsOf(bob)).incoming).toEqual([]);
    await expect(setting.graph.requests.accept(bob, ann)).rejects.toMatchObject({ code: 'not_found' });
    await setting.graph.requests.request(cid, bob);
    await setting.graph.friendships.block(cid, bob);
    expect((await setting.graph.requests.requestsOf(cid)).outgoing).toEqual([]);
    expect((await setting.graph.requests.requestsOf(bob)).incoming).toEqual([]);
  });

  it('[G2] hides a concurrent request', async () => {
    for (let round = 0; round < 30; round++) {
      const [sender, blocker] = [id(`a-${round}`), id(`b-${round}`)];
      await Promise.all([
        setting.graph.requests.request(sender, blocker),
        setting.graph.friendships.block(blocker, sender),
      ]);
      expect((await setting.graph.requests.requestsOf(blocker)).incoming).toEqual([]);
      expect((await setting.graph.requests.requestsOf(sender)).outgoing).toHaveLength(1);
    }
  });

  it('accepts any id, lists them page by page, and refuses oneself and too many', async () => {
    for (const other of ['unknown', 'bob', 'cid']) await setting.graph.friendships.block(ann, id(other));
    const first = await setting.repositories.blocks.blocksOf(ann, { after: null, limit: 2 });
    expect([first.items.map((one) => one.id), first.next]).toEqual([['bob', 'cid'], 'cid']);
    await setting.graph.friendships.unblock(ann, cid);
    await setting.graph.friendships.unblock(ann, cid);
    const second = await setting.repositories.blocks.blocksOf(ann, { after: first.next, limit: 2 });
    expect([second.items.map((one) => one.id), second.next]).toEqual([['unknown'], null]);
    await expect(setting.graph.friendships.block(ann, ann)).rejects.toMatchObject({ code: 'invalid_payload' });
    await setting.database.query(
      `INSERT INTO blocks (user_id, blocked_id) SELECT 'ann', 'x-' || i FROM generate_series(3, $1::int) i`,
      [MAX_BLOCKS],
    );
    await expect(setting.graph.friendships.block(ann, id('more'))).rejects.toMatchObject({ code: 'invalid_payload' });
    await expect(setting.graph.friendships.block(ann, bob)).resolves.toBeUndefined();
  });
});

describe('changing the grant of one direction', () => {
  it('[G2] changes what one viewer sees and nothing else, and publishes it', async () => {
    await setting.befriend('ann', 'bob');
    await setting.befriend('ann', 'cid');
    await setting.takeEvents();
    const until = Date.now() + 3_600_000;
    const grant: Grant = { precision: 'approximate', until };
    expect(await setting.graph.friendships.setGrant(ann, bob, grant)).toEqual(grant);
    expect(await setting.viewersOf('ann')).toEqual([
      ['bob', 'approximate', until],
      ['cid', 'exact', null],
    ]);
    expect(await setting.viewersOf('bob')).toEqual([['ann', 'exact', null]]);
    expect(await setting.takeEvents()).toEqual([{ kind: 'edge', version, viewer: 'bob', subject: 'ann', grant }]);
  });

  it('[G2] rejects with not_found for a stranger, an unknown id, and a user who blocks the subject', async () => {
    await setting.graph.friendships.block(bob, ann);
    await setting.graph.profiles.createIfNew(cid);
    for (const viewer of [bob, cid, id('unknown'), ann]) {
      const failure = setting.graph.friendships.setGrant(ann, viewer, { precision: 'hidden', until: null });
      await expect(failure).rejects.toMatchObject({ code: 'not_found', message: 'There is no such viewer.' });
    }
  });
});

describe('[G5] a revocation', () => {
  it('waits for a barrier after its events, also when nothing is left to change', async () => {
    await setting.befriend('ann', 'bob');
    await setting.takeEvents();
    const calls = [
      () => setting.graph.friendships.setGrant(ann, bob, { precision: 'hidden', until: null }),
      () => setting.graph.friendships.setGrant(ann, bob, { precision: 'exact', until: 1 }),
      () => setting.graph.friendships.unfriend(ann, bob),
      () => setting.graph.friendships.unfriend(ann, bob),
      () => setting.graph.friendships.block(ann, bob),
      () => setting.graph.sharing.setSharing(ann, { paused: true, until: null }),
      () => setting.graph.sharing.setSharing(ann, { paused: false, until: 1 }),
      () => setting.graph.accounts.signOutEverywhere(by(ann)),
      () => setting.graph.accounts.erase(by(ann)),
      () => setting.graph.accounts.erase(by(ann)),
    ];
    for (const call of calls) {
      setting.stream.barriers.length = 0;
      await call();
      expect(setting.stream.barriers).toEqual([setting.stream.events.length]);
    }
  });

  it('[G8] ends what gateways hold also where a restored database has no such friendship, and waits for it', async () => {
    const gone = (viewer: string, subject: string) => ({ kind: 'edge', version, viewer, subject, grant: null });
    const both = [gone('ann', 'bob'), gone('bob', 'ann')];
    const calls: [() => Promise<unknown>, unknown[]][] = [
      [() => setting.graph.friendships.block(ann, bob), both],
      [() => setting.graph.friendships.unfriend(ann, bob), both],
      [
        () =>
          expect(
            setting.graph.friendships.setGrant(ann, bob, { precision: 'hidden', until: null }),
          ).rejects.toMatchObject({ code: 'not_found' }),
        [gone('bob', 'ann')],
      ],
    ];
    for (const [call, events] of calls) {
      setting.stream.events.length = 0;
      setting.stream.barriers.length = 0;
      await call();
      expect(setting.stream.events).toEqual(events);
      expect(setting.stream.barriers).toEqual([events.length]);
    }
  });

  it('does not resolve before the barrier does', async () => {
    await setting.befriend('ann', 'bob');
    let release: () => void = () => undefined;
    setting.stream.beforeBarrier = () => new Promise((resolve) => (release = resolve));
    let hasResolved = false;
    const unfriending = setting.graph.friendships.unfriend(ann, bob).then(() => (hasResolved = true));
    await eventually(() => expect(setting.stream.barriers).toHaveLength(1));
    // By the end of this round trip, a call that does not wait for the barrier has resolved.
    expect(await setting.friendsOf('ann')).toEqual([]);
    expect(hasResolved).toBe(false);
    release();
    await unfriending;
    expect(await setting.registry.registry.metrics()).toMatch(/^nearby_revocation_latency_seconds_count 1$/m);
  });

  it('keeps the change and rejects with unavailable while Redis is unavailable; a repeated call waits again', async () => {
    await setting.befriend('ann', 'bob');
    await setting.takeEvents();
    setting.stream.beforeAppend = () => Promise.reject(new Error('gone'));
    await expect(setting.graph.friendships.unfriend(ann, bob)).rejects.toMatchObject({
      code: 'unavailable',
      message: 'The change is saved but not confirmed by all gateways yet. Send the same request again.',
    });
    expect(await setting.friendsOf('ann')).toEqual([]);
    setting.stream.beforeAppend = () => undefined;
    await setting.graph.friendships.unfriend(ann, bob);
    expect(setting.stream.events).toEqual(BOTH_GONE);
  });

  it('aborts the wait and not the change when the client disconnects', async () => {
    await setting.befriend('ann', 'bob');
    setting.stream.beforeBarrier = ({ signal }) =>
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('left'))));
    const leaving = new AbortController();
    const unfriending = setting.graph.friendships.unfriend(ann, bob, leaving.signal);
    await eventually(() => expect(setting.stream.barriers).toHaveLength(1));
    leaving.abort();
    await expect(unfriending).rejects.toMatchObject({ code: 'unavailable' });
    expect(await setting.friendsOf('ann')).toEqual([]);
  });
});
