import { describe, expect, it } from '@jest/globals';
import {
  announceActive,
  DEFAULT_RADIUS_METERS,
  friendsOf,
  GRAPH_EVENTS,
  namesOf,
  parseUserId,
  setRadius,
} from '@nearby-friends/protocol';
import { eventually } from '@nearby-friends/testing/eventually';
import { insertEdges } from '../database/database.testing.ts';
import { useFriendGraph } from '../friend-graph.testing.ts';

const services = useFriendGraph();
const { database } = services;
const id = parseUserId;
const HERE = { lat: 37.7, lng: -122.4 };
const HOUR_MS = 3_600_000;

describe('names-of', () => {
  it('returns the names of friends who do not hide, and of no others', async () => {
    await insertEdges(database, [
      { viewer: 'ann', subject: 'bob', precision: 'approximate' },
      { viewer: 'ann', subject: 'cid', precision: 'hidden' },
      { viewer: 'eve', subject: 'dan' },
    ]);
    await database.query(`UPDATE users SET display_name = 'Bob B.' WHERE id = 'bob'`);
    await services.start();
    const { rpc } = await services.connectGateway();
    const friends = ['bob', 'cid', 'dan', 'nobody'].map(id);
    expect(await rpc.call(namesOf, { viewer: id('ann'), friends })).toEqual({
      names: [{ id: 'bob', displayName: 'Bob B.' }],
    });
  });
});

describe('friends-of', () => {
  it('returns friends, grants and radius of every requested viewer, and the defaults for a stranger', async () => {
    await insertEdges(database, [
      { viewer: 'ann', subject: 'bob', precision: 'approximate' },
      { viewer: 'ann', subject: 'cid', precision: 'hidden' },
      { viewer: 'bob', subject: 'ann' },
    ]);
    await database.query(`UPDATE users SET radius_meters = 1234.5, radius_version = 6 WHERE id = 'ann'`);
    await database.query(`UPDATE edges SET version = 7 WHERE subject_id = 'ann'`);
    await database.query(`INSERT INTO sharing (user_id, paused, until, version) VALUES ('ann', true, null, 8)`);
    const signedOutBefore = Date.now() - HOUR_MS;
    await database.query(`INSERT INTO token_revocations (user_hash, before) VALUES (sha256('bob'), $1)`, [
      new Date(signedOutBefore),
    ]);
    await services.start();
    const gateway = await services.connectGateway();
    const response = await gateway.rpc.call(friendsOf, { viewers: [id('ann'), id('stranger'), id('bob')] });
    expect(response.viewers).toEqual([
      {
        viewer: 'ann',
        radiusMeters: 1234.5,
        radiusVersion: 6,
        signedOutBefore: null,
        erasedBefore: null,
        edges: 'bob a 0 -',
      },
      {
        viewer: 'stranger',
        radiusMeters: DEFAULT_RADIUS_METERS,
        radiusVersion: 0,
        signedOutBefore: null,
        erasedBefore: null,
        edges: '',
      },
      {
        viewer: 'bob',
        radiusMeters: DEFAULT_RADIUS_METERS,
        radiusVersion: 0,
        signedOutBefore,
        erasedBefore: null,
        edges: 'ann e 7 - t 8 -',
      },
    ]);
  });

  it('rejects with unavailable while PostgreSQL is unavailable, and recovers', async () => {
    await insertEdges(database, [{ viewer: 'ann', subject: 'bob' }]);
    await services.start({ DATABASE_TIMEOUT_MS: '300' });
    const gateway = await services.connectGateway();
    const request = () => gateway.rpc.call(friendsOf, { viewers: [id('ann')] });
    await database.takeAway();
    await expect(request()).rejects.toMatchObject({ code: 'unavailable' });
    await database.bringBack();
    await eventually(async () => expect((await request()).viewers[0]?.edges).toBe('bob e 0 -'));
  });
});

describe('announce-active', () => {
  it('[S2] notifies every viewer with its own grant, for all users of a batch', async () => {
    const until = Date.now() + HOUR_MS;
    await insertEdges(database, [
      { viewer: 'ann', subject: 'star' },
      { viewer: 'bob', subject: 'star', precision: 'approximate', until },
      { viewer: 'bob', subject: 'cid' },
      { viewer: 'star', subject: 'ann' },
    ]);
    await services.start();
    const gateway = await services.connectGateway();
    const inboxes = await services.listen(gateway, 'ann', 'bob', 'star', 'cid');
    await gateway.rpc.call(announceActive, {
      active: [
        { user: id('star'), at: 1000, position: HERE },
        { user: id('cid'), at: 2000, position: { lat: 1, lng: 2 } },
        { user: id('unknown'), at: 3000, position: HERE },
      ],
    });
    const exact = { grant: { precision: 'exact', until: null }, version: 0 };
    // No event has been written: before all of them.
    const asOf = { epoch: expect.stringMatching(/./), last: '0-0' };
    const active = { kind: 'friend-active', sharing: null, asOf, graphEpoch: expect.stringMatching(/./) };
    const star = { ...active, subject: 'star', at: 1000, position: HERE };
    await eventually(() =>
      expect(inboxes).toEqual({
        ann: [{ ...star, ...exact }],
        bob: [
          { ...star, grant: { precision: 'approximate', until }, version: 0 },
          { ...active, ...exact, subject: 'cid', at: 2000, position: { lat: 1, lng: 2 } },
        ],
        star: [],
        cid: [],
      }),
    );
  });

  it('never notifies a viewer whose grant is hidden or expired', async () => {
    await insertEdges(database, [
      { viewer: 'hidden', subject: 'star', precision: 'hidden' },
      { viewer: 'over', subject: 'star', until: Date.now() - 1 },
      { viewer: 'allowed', subject: 'star' },
      { viewer: 'allowed', subject: 'last' },
    ]);
    await services.start();
    const gateway = await services.connectGateway();
    const inboxes = await services.listen(gateway, 'hidden', 'over', 'allowed');
    await gateway.rpc.call(announceActive, { active: [{ user: id('star'), at: 1, position: HERE }] });
    // Redis keeps the order of one connection's messages: what was sent before this has arrived.
    const last = { user: id('last'), at: 2, position: HERE };
    await gateway.rpc.call(announceActive, { active: [last] });
    await eventually(() => expect(inboxes['allowed']).toHaveLength(2));
    expect([inboxes['hidden'], inboxes['over']]).toEqual([[], []]);
  });

  it('notifies no viewer while the rights cannot be read: the announcement fails', async () => {
    await insertEdges(database, [{ viewer: 'ann', subject: 'star' }]);
    await services.start({ DATABASE_TIMEOUT_MS: '300' });
    const gateway = await services.connectGateway();
    const inboxes = await services.listen(gateway, 'ann');
    await database.takeAway();
    const announce = () => gateway.rpc.call(announceActive, { active: [{ user: id('star'), at: 1, position: HERE }] });
    await expect(announce()).rejects.toMatchObject({ code: 'unavailable' });
    expect(inboxes['ann']).toEqual([]);
    await database.bringBack();
    await eventually(announce);
    await eventually(() => expect(inboxes['ann']).toHaveLength(1));
  });
});

describe('set-radius', () => {
  it('[G4] stores the radius, creates a new user, and publishes it with a version', async () => {
    await services.start();
    const gateway = await services.connectGateway();
    const first = await gateway.rpc.call(setRadius, { user: id('new'), radiusMeters: 500 });
    const { version } = await gateway.rpc.call(setRadius, { user: id('new'), radiusMeters: 750 });
    expect(version).toBeGreaterThan(first.version);
    expect(await database.query(`SELECT id, display_name, radius_meters, radius_version::int FROM users`)).toEqual([
      { id: 'new', display_name: 'new', radius_meters: 750, radius_version: version },
    ]);
    const published = { kind: 'radius', version, user: 'new', radiusMeters: 750 };
    await eventually(async () => {
      const [[, fields] = ['', []]] = await gateway.commands.xrevrange(GRAPH_EVENTS, '+', '-', 'COUNT', 1);
      expect(fields.map(tryParse)).toContainEqual(published);
    });
    await eventually(async () => expect(await database.query('SELECT id FROM outbox')).toEqual([]));
  });
});

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
