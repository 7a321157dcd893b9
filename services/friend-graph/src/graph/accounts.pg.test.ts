import { describe, expect, it } from '@jest/globals';
import { SHARING, type UserId } from '@nearby-friends/protocol';
import { eventually } from '@nearby-friends/testing/eventually';
import { ACCOUNT_RACES } from '@nearby-friends/testing/tiers';
import { by, id, useGraph } from './graph.testing.ts';

const setting = useGraph();
const { database } = setting;
const [ann, bob, cid] = [id('ann'), id('bob'), id('cid')];
const version = expect.any(Number);
const HOUR_MS = 3_600_000;

describe('pausing', () => {
  it('[G2] is saved and published, becomes its opposite at its end, and affects no other user', async () => {
    const until = Date.now() + HOUR_MS;
    const paused = { paused: true, until };
    expect(await setting.graph.sharing.setSharing(ann, paused)).toEqual(paused);
    expect(await setting.graph.sharing.sharingOf(ann)).toEqual(paused);
    expect(await setting.graph.sharing.sharingOf(bob)).toEqual(SHARING);
    expect(await setting.takeEvents()).toEqual([
      { kind: 'sharing', version, subject: 'ann', sharing: { ...paused, shownFrom: until } },
    ]);
    await setting.graph.sharing.setSharing(ann, { paused: true, until: Date.now() - 1 });
    expect(await setting.graph.sharing.sharingOf(ann)).toEqual(SHARING);
    await setting.graph.sharing.setSharing(ann, { paused: false, until: Date.now() - 1 });
    expect(await setting.graph.sharing.sharingOf(ann)).toEqual({ paused: true, until: null });
  });

  it('stores a row only for users who have ever paused', async () => {
    await setting.graph.sharing.setSharing(ann, SHARING);
    expect(await database.query('SELECT * FROM sharing')).toEqual([]);
    expect(await setting.takeEvents()).toEqual([]);
    await setting.graph.sharing.setSharing(ann, { paused: true, until: null });
    await setting.graph.sharing.setSharing(ann, SHARING);
    const events = await setting.takeEvents();
    expect(events.map((event) => event.kind === 'sharing' && event.sharing.paused)).toEqual([true, false]);
    const rows = await database.query('SELECT user_id, paused, until, version::int FROM sharing');
    expect(rows).toEqual([{ user_id: 'ann', paused: false, until: null, version: events.at(-1)?.version }]);
  });

  it('[G4] stores the state that it published with the highest version, under concurrent changes', async () => {
    await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        setting.graph.sharing.setSharing(ann, { paused: i % 2 === 0, until: 4e12 + i }),
      ),
    );
    const events = await setting.takeEvents();
    const last = events.toSorted((one, other) => one.version - other.version).at(-1);
    expect(last).toMatchObject({ kind: 'sharing', sharing: await setting.graph.sharing.sharingOf(ann) });
    expect(new Set(events.map((event) => event.version)).size).toBe(40);
  });
});

describe('signing out everywhere', () => {
  it('revokes the tokens issued until now, and publishes the time', async () => {
    const beforeOf = async (user: UserId) =>
      (await setting.repositories.revocations.revocationOf(user))?.before ?? null;
    expect(await beforeOf(ann)).toBeNull();
    const start = Date.now();
    await setting.graph.accounts.signOutEverywhere(by(ann));
    const before = (await beforeOf(ann)) ?? 0;
    expect(before).toBeGreaterThanOrEqual(start - 1_000);
    expect(await setting.takeEvents()).toEqual([{ kind: 'signed-out', version, user: 'ann', before }]);
    expect(await beforeOf(bob)).toBeNull();
    await setting.graph.accounts.signOutEverywhere(by(ann));
    expect(await beforeOf(ann)).toBeGreaterThan(before);
  });
});

describe('[A2] signing out with a token whose issuer’s clock is ahead', () => {
  it.each(['signOutEverywhere', 'erase'] as const)('revokes that token as well: %s', async (change) => {
    const issuedAt = Date.now() + 4_000;
    await setting.graph.accounts[change]({ user: ann, issuedAt });
    expect(await setting.graph.admission.admit(ann, issuedAt)).toBe(change === 'erase' ? 'erased' : 'revoked');
    expect(await setting.takeEvents()).toMatchObject([{ user: 'ann', before: issuedAt }]);
    expect(await setting.graph.admission.admit(ann, issuedAt + 1)).toBe('valid');
  });
});

describe('erasing', () => {
  /** Everything in the database, as text, except the table of migrations. */
  async function everything(): Promise<string> {
    const tables = await database.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
       AND relname <> '_prisma_migrations'`,
    );
    expect(tables.length).toBeGreaterThanOrEqual(8);
    const contents = await Promise.all(tables.map(({ name }) => database.query(`SELECT t::text FROM "${name}" AS t`)));
    return JSON.stringify(contents);
  }

  it('[G2] leaves nothing of the user in any table, on any list or in the outbox', async () => {
    const gone = id('leaving-user');
    await setting.befriend('ann', gone);
    await setting.befriend(gone, 'bob');
    await setting.graph.requests.request(cid, gone);
    await setting.graph.requests.request(gone, id('dan'));
    await setting.graph.friendships.block(gone, id('eve'));
    await setting.graph.friendships.block(id('eve'), gone);
    await setting.graph.requests.request(gone, id('eve'));
    await setting.graph.sharing.setSharing(gone, { paused: true, until: null });
    await setting.graph.friendships.setGrant(gone, ann, { precision: 'hidden', until: null });
    await setting.graph.profiles.change(gone, { radiusMeters: 500, displayName: 'leaving-user indeed' });
    await setting.graph.accounts.signOutEverywhere({ user: gone, issuedAt: 0 });
    await setting.graph.devices.register(
      { user: gone, issuedAt: Date.now() + 1_000 },
      { name: 'Phone', staysVisibleSeconds: 600 },
    );
    expect(await everything()).toContain(gone);
    const published = await setting.takeEvents();

    await setting.graph.accounts.erase(by(gone));
    expect(await everything()).not.toContain(gone);
    expect(await setting.friendsOf('ann')).toEqual([]);
    expect((await setting.graph.requests.requestsOf(cid)).outgoing).toEqual([]);
    expect((await setting.repositories.blocks.blocksOf(id('eve'), { after: null, limit: 9 })).items).toEqual([]);
    expect(setting.forgotten).toEqual([gone]);
    const [erased, ...more] = await setting.takeEvents();
    expect([erased, more]).toEqual([{ kind: 'erased', version, user: gone, before: expect.any(Number) }, []]);
    expect(erased?.version).toBeGreaterThan(Math.max(...published.map((event) => event.version)));
    const { before } = erased as { before: number };
    const tombstone = { before, erasedBefore: before, isErased: true };
    expect(await setting.repositories.revocations.revocationOf(gone)).toEqual(tombstone);
    await eventually(() =>
      expect(setting.notices.slice(-2).toSorted((one, other) => (one.user < other.user ? -1 : 1))).toEqual([
        { user: 'ann', friendsChanged: { kind: 'removed', userId: gone } },
        { user: 'bob', friendsChanged: { kind: 'removed', userId: gone } },
      ]),
    );
  });

  it('is idempotent, and accepts an unknown user', async () => {
    await setting.graph.accounts.erase(by(ann));
    await setting.graph.accounts.erase(by(ann));
    expect((await setting.takeEvents()).map((event) => event.kind)).toEqual(['erased', 'erased']);
    expect(setting.forgotten).toEqual(['ann', 'ann']);
  });

  it('[G4] has a version above all edges that it removes, under concurrent changes', async () => {
    for (let round = 0; round < ACCOUNT_RACES; round++) {
      const [leaver, friend] = [id(`leaver-${round}`), id(`friend-${round}`)];
      await setting.befriend(leaver, friend);
      await Promise.allSettled([
        setting.graph.friendships.setGrant(leaver, friend, { precision: 'approximate', until: null }),
        setting.graph.accounts.erase(by(leaver)),
        setting.graph.friendships.setGrant(friend, leaver, { precision: 'approximate', until: null }),
        setting.graph.sharing.setSharing(leaver, { paused: true, until: null }),
      ]);
      expect(await setting.friendsOf(friend)).toEqual([]);
      const events = await setting.takeEvents();
      const erased = events.find((event) => event.kind === 'erased')?.version ?? 0;
      // An event that there is no such edge may come later.
      for (const event of events) {
        if (event.kind === 'edge' && event.grant) expect(event.version).toBeLessThan(erased);
      }
    }
  });

  it('survives the concurrent erasure of two friends', async () => {
    for (let round = 0; round < ACCOUNT_RACES; round++) {
      const [one, other] = [id(`a-${round}`), id(`b-${round}`)];
      await setting.befriend(one, other);
      // A call of a user who has been erased meanwhile is refused.
      const unfriending = setting.graph.friendships
        .unfriend(one, other)
        .catch((error) => expect(error.code).toBe('account_erased'));
      await Promise.all([setting.graph.accounts.erase(by(one)), setting.graph.accounts.erase(by(other)), unfriending]);
      expect(await setting.friendsOf(one)).toEqual([]);
    }
  });
});

describe('the export', () => {
  it('contains everything stored about the user, except what the user must not know', async () => {
    const until = Date.now() + HOUR_MS;
    await setting.befriend('ann', 'bob');
    await setting.graph.friendships.setGrant(ann, bob, { precision: 'approximate', until });
    await setting.graph.requests.request(cid, ann);
    await setting.graph.requests.request(ann, id('dan'));
    await setting.graph.friendships.block(ann, id('eve'));
    await setting.graph.requests.request(id('eve'), ann);
    await setting.graph.sharing.setSharing(ann, { paused: true, until });
    await setting.graph.accounts.signOutEverywhere(by(ann));
    const position = { at: 5, position: { lat: 1, lng: 2, battery: 0.5 } };
    setting.positions.set(ann, position);
    const since = expect.any(Date);
    const friend = { id: 'bob', displayName: 'bob', since };
    expect(await setting.graph.exporter.exportOf(ann)).toEqual({
      profile: await setting.graph.profiles.read(ann),
      sharing: { paused: true, until },
      friends: [friend],
      viewers: [{ ...friend, precision: 'approximate', until: new Date(until) }],
      requests: {
        incoming: [{ id: 'cid', displayName: 'cid', since }],
        outgoing: [{ id: 'dan', since, precision: 'exact', until: null }],
      },
      devices: [],
      alerts: { on: false, radiusMeters: 1_000, quiet: null, muted: [] },
      pushSubscriptions: [],
      invites: [],
      blocks: [{ id: 'eve', since }],
      signedOutBefore: (await setting.repositories.revocations.revocationOf(ann))?.before,
      withheld: { fromAll: until, fromViewers: [] },
      position,
    });
  });

  it('[G7] contains what the user has withheld, and not what others withhold from the user', async () => {
    const start = Date.now();
    expect((await setting.graph.exporter.exportOf(ann)).withheld).toEqual({ fromAll: null, fromViewers: [] });
    for (const other of ['bob', 'cid', 'dan']) await setting.befriend('ann', other);
    const hidden = { precision: 'hidden', until: null } as const;
    const approximate = { precision: 'approximate', until: null } as const;
    await setting.graph.friendships.setGrant(ann, bob, hidden);
    await setting.graph.friendships.setGrant(ann, bob, approximate);
    await setting.graph.friendships.setGrant(ann, cid, approximate);
    await setting.graph.friendships.setGrant(ann, cid, { precision: 'exact', until: null });
    await setting.graph.friendships.setGrant(id('dan'), ann, hidden);
    await setting.graph.friendships.unfriend(id('dan'), ann);
    await setting.graph.friendships.block(id('eve'), ann);
    await setting.graph.friendships.unblock(id('eve'), ann);
    const { withheld } = await setting.graph.exporter.exportOf(ann);
    expect(withheld).toEqual({
      fromAll: null,
      fromViewers: [
        { id: 'bob', shownFrom: expect.any(Number), exactFrom: expect.any(Number) },
        { id: 'cid', shownFrom: null, exactFrom: expect.any(Number) },
      ],
    });
    expect(withheld.fromViewers[0]?.shownFrom).toBeGreaterThanOrEqual(start);
  });
});

describe('the radius', () => {
  it('[G4] takes a version, and the highest one is stored, under concurrent changes', async () => {
    await Promise.all(
      Array.from({ length: 30 }, (_, i) => setting.graph.profiles.change(ann, { radiusMeters: 500 + i })),
    );
    await setting.graph.profiles.change(ann, { displayName: 'Ann' });
    const { radiusMeters, radiusVersion } = await setting.graph.profiles.read(ann);
    const events = await setting.takeEvents();
    expect(events).toHaveLength(30);
    expect(events.toSorted((one, other) => one.version - other.version).at(-1)).toEqual({
      kind: 'radius',
      version: radiusVersion,
      user: 'ann',
      radiusMeters,
    });
  });
});
