import { describe, expect, it } from '@jest/globals';
import { announceActive, DEFAULT_RADIUS_METERS, friendsOf, parseUserId, setRadius } from '@nearby-friends/protocol';
import { eventually } from '@nearby-friends/testing';
import { insertEdges } from './database.testing.ts';
import { useFriendGraph } from './friend-graph.testing.ts';

const services = useFriendGraph();
const { database } = services;
const id = parseUserId;
const HERE = { lat: 37.7, lng: -122.4 };
const HOUR_MS = 3_600_000;

describe('friends-of', () => {
  it('answers every viewer asked: friends, grants and radius, and nothing but the default for a stranger', async () => {
    await insertEdges(database, [
      { viewer: 'ann', subject: 'bob', precision: 'approximate' },
      { viewer: 'ann', subject: 'cid', precision: 'hidden' },
      { viewer: 'bob', subject: 'ann' },
    ]);
    await database.query(`UPDATE users SET radius_meters = 1234.5 WHERE id = 'ann'`);
    await services.start();
    const gateway = await services.connectGateway();
    const answer = await gateway.rpc.call(friendsOf, { viewers: [id('ann'), id('stranger'), id('bob')] });
    expect(answer.viewers).toEqual([
      {
        viewer: 'ann',
        radiusMeters: 1234.5,
        friends: [{ subject: 'bob', grant: { precision: 'approximate', until: null } }],
      },
      { viewer: 'stranger', radiusMeters: DEFAULT_RADIUS_METERS, friends: [] },
      {
        viewer: 'bob',
        radiusMeters: DEFAULT_RADIUS_METERS,
        friends: [{ subject: 'ann', grant: { precision: 'exact', until: null } }],
      },
    ]);
  });

  it('says "unavailable" while PostgreSQL is away, and answers again by itself', async () => {
    await insertEdges(database, [{ viewer: 'ann', subject: 'bob' }]);
    await services.start({ DATABASE_TIMEOUT_MS: '300' });
    const gateway = await services.connectGateway();
    const ask = () => gateway.rpc.call(friendsOf, { viewers: [id('ann')] });
    await database.takeAway();
    await expect(ask()).rejects.toMatchObject({ code: 'unavailable' });
    await database.bringBack();
    await eventually(async () => expect((await ask()).viewers[0]?.friends).toHaveLength(1));
  });
});

describe('announce-active', () => {
  it('[S2] tells every viewer with its own grant, whoever became active in the same batch', async () => {
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
        { user: id('nobody'), at: 3000, position: HERE },
      ],
    });
    const exact = { precision: 'exact', until: null };
    await eventually(() =>
      expect(inboxes).toEqual({
        ann: [{ kind: 'friend-active', subject: 'star', grant: exact, at: 1000, position: HERE }],
        bob: [
          {
            kind: 'friend-active',
            subject: 'star',
            grant: { precision: 'approximate', until },
            at: 1000,
            position: HERE,
          },
          { kind: 'friend-active', subject: 'cid', grant: exact, at: 2000, position: { lat: 1, lng: 2 } },
        ],
        star: [],
        cid: [],
      }),
    );
  });

  it('never tells a viewer whose grant is hidden or over', async () => {
    await insertEdges(database, [
      { viewer: 'hidden', subject: 'star', precision: 'hidden' },
      { viewer: 'over', subject: 'star', until: Date.now() - 1 },
      { viewer: 'allowed', subject: 'star' },
    ]);
    await services.start();
    const gateway = await services.connectGateway();
    const inboxes = await services.listen(gateway, 'hidden', 'over', 'allowed');
    await gateway.rpc.call(announceActive, { active: [{ user: id('star'), at: 1, position: HERE }] });
    // Redis keeps the order of one connection's messages per channel: what was sent before these has arrived.
    for (const user of ['hidden', 'over', 'allowed']) {
      await gateway.rpc.call(setRadius, { user: id(user), radiusMeters: 500 });
    }
    await eventually(() =>
      expect(Object.values(inboxes).every((inbox) => inbox.at(-1)?.kind === 'profile-changed')).toBe(true),
    );
    expect(inboxes['hidden']).toHaveLength(1);
    expect(inboxes['over']).toHaveLength(1);
    expect(inboxes['allowed']).toHaveLength(2);
  });

  it('in doubt tells nobody: while the rights cannot be read, the announcement fails', async () => {
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
  it('keeps the radius, makes a new user, and tells the sessions of the user', async () => {
    await services.start();
    const gateway = await services.connectGateway();
    const inboxes = await services.listen(gateway, 'new');
    await gateway.rpc.call(setRadius, { user: id('new'), radiusMeters: 750 });
    await eventually(() => expect(inboxes['new']).toEqual([{ kind: 'profile-changed', radiusMeters: 750 }]));
    expect(await database.query(`SELECT id, display_name, radius_meters FROM users`)).toEqual([
      { id: 'new', display_name: 'new', radius_meters: 750 },
    ]);
  });

  it('does not mind that nobody listens', async () => {
    await services.start();
    const gateway = await services.connectGateway();
    await expect(gateway.rpc.call(setRadius, { user: id('lonely'), radiusMeters: 900 })).resolves.toEqual({});
  });
});
