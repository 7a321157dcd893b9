import { describe, expect, it } from '@jest/globals';
import { id, useGraph } from './graph.testing.ts';

const setting = useGraph();
const { database } = setting;
const [ann, bob, cid] = [id('ann'), id('bob'), id('cid')];

describe('[G2] what each grants the other from the first moment', () => {
  const until = Date.now() + 3_600_000;
  const approximate = { precision: 'approximate', until } as const;
  const hidden = { precision: 'hidden', until: null } as const;

  it('is chosen by the sender with the request and by the recipient with the acceptance, and published so', async () => {
    await setting.graph.requests.request(ann, bob, approximate);
    expect((await setting.graph.requests.requestsOf(ann)).outgoing).toMatchObject([
      { id: 'bob', precision: 'approximate', until: new Date(until) },
    ]);
    // What a sender grants is not revealed, as for friends.
    expect(Object.keys((await setting.graph.requests.requestsOf(bob)).incoming[0] ?? {}).sort()).toEqual([
      'displayName',
      'id',
      'since',
    ]);
    expect([await setting.viewersOf('ann'), await setting.takeEvents()]).toEqual([[], []]);
    await setting.graph.requests.accept(bob, ann, hidden);
    expect(await setting.viewersOf('ann')).toEqual([['bob', 'approximate', until]]);
    expect(await setting.viewersOf('bob')).toEqual([['ann', 'hidden', null]]);
    const version = expect.any(Number);
    expect(await setting.takeEvents()).toEqual(
      expect.arrayContaining([
        { kind: 'edge', version, viewer: 'bob', subject: 'ann', grant: approximate },
        { kind: 'edge', version, viewer: 'ann', subject: 'bob', grant: hidden },
      ]),
    );
  });

  it('is that of each request when both have sent one', async () => {
    await setting.graph.requests.request(ann, bob, approximate);
    await setting.graph.requests.request(bob, ann, hidden);
    expect(await setting.viewersOf('ann')).toEqual([['bob', 'approximate', until]]);
    expect(await setting.viewersOf('bob')).toEqual([['ann', 'hidden', null]]);
  });

  it('is that of each request when both send one in the same instant', async () => {
    const pairs = Array.from({ length: 20 }, (_, i) => [id(`a-${i}`), id(`b-${i}`)] as const);
    await Promise.all(
      pairs.flatMap(([one, other]) => [
        setting.graph.requests.request(one, other, approximate),
        setting.graph.requests.request(other, one, hidden),
      ]),
    );
    for (const [one, other] of pairs) {
      expect(await setting.viewersOf(one)).toEqual([[other, 'approximate', until]]);
      expect(await setting.viewersOf(other)).toEqual([[one, 'hidden', null]]);
    }
  });

  it('changes with a repeated request that names one, also for a blocker and an unknown id', async () => {
    await setting.graph.friendships.block(bob, ann);
    await setting.graph.profiles.createIfNew(cid);
    for (const to of [bob, cid, id('unknown')]) {
      await setting.graph.requests.request(ann, to);
      await setting.graph.requests.request(ann, to, approximate);
      // An earlier call that arrives late, or an app that does not know the choice, must not widen it.
      await setting.graph.requests.request(ann, to);
    }
    const { outgoing } = await setting.graph.requests.requestsOf(ann);
    expect(outgoing.map(({ precision, until: end }) => [precision, end?.getTime()])).toEqual(
      Array(3).fill(['approximate', until]),
    );
  });

  it('survives a block of the sender that is lifted', async () => {
    await setting.graph.requests.request(ann, bob, approximate);
    await setting.graph.friendships.block(bob, ann);
    await setting.graph.friendships.unblock(bob, ann);
    await setting.graph.requests.request(bob, ann);
    expect(await setting.viewersOf('ann')).toEqual([['bob', 'approximate', until]]);
  });

  it('restricts between friends and never widens, so that a late repetition undoes nothing', async () => {
    await setting.befriend('ann', 'bob');
    await setting.takeEvents();
    await setting.graph.requests.accept(bob, ann, approximate);
    expect(await setting.viewersOf('bob')).toEqual([['ann', 'approximate', until]]);
    await setting.graph.requests.accept(bob, ann, { precision: 'exact', until: null });
    await setting.graph.requests.request(bob, ann, { precision: 'exact', until: until - 1 });
    expect(await setting.viewersOf('bob')).toEqual([['ann', 'approximate', until - 1]]);
    await setting.graph.friendships.setGrant(bob, ann, hidden);
    await setting.graph.requests.accept(bob, ann, approximate);
    expect(await setting.viewersOf('bob')).toEqual([['ann', 'hidden', until]]);
    expect(await setting.viewersOf('ann')).toEqual([['bob', 'exact', null]]);
  });

  it('applies to an edge that an import has left in one direction', async () => {
    await setting.graph.requests.request(ann, bob);
    await setting.graph.profiles.createIfNew(bob);
    await database.query(`INSERT INTO edges (viewer_id, subject_id) VALUES ('ann', 'bob')`);
    await setting.graph.requests.accept(bob, ann, approximate);
    expect(await setting.viewersOf('bob')).toEqual([['ann', 'approximate', until]]);
  });
});
