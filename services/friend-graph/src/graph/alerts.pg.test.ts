import { createECDH, createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { MAX_PUSH_SUBSCRIPTIONS, type UserId } from '@nearby-friends/protocol';
import { by, id, useGraph } from './graph.testing.ts';

const setting = useGraph();
const { database } = setting;
const [ann, bob, cleo] = [id('ann'), id('bob'), id('cleo')];

function subscription(endpoint = `https://fcm.googleapis.com/fcm/send/${randomBytes(9).toString('base64url')}`) {
  const pair = createECDH('prime256v1');
  pair.generateKeys();
  const keys = { p256dh: pair.getPublicKey('base64url'), auth: randomBytes(16).toString('base64url') };
  return { endpoint, keys, language: 'en' as const };
}
const subscribe = (user: UserId, one = subscription()) => setting.graph.alerts.subscribe(by(user), one);
const idsOf = async (user: UserId) => (await setting.repositories.pushSubscriptions.listOf(user)).map((one) => one.id);
/** What alerts would be told. */
const take = (done: string[] = []) => setting.repositories.alertNotices.take(done);
async function wantAlerts(...users: UserId[]) {
  for (const user of users) {
    await setting.graph.alerts.change(user, { on: true });
    await subscribe(user);
  }
}

describe('[P1] the choice of alerts', () => {
  it('is off by default, and changes only what is named', async () => {
    const { alerts } = setting.graph;
    expect(await alerts.settingsOf(ann)).toEqual({ on: false, radiusMeters: 1_000, quiet: null, muted: [] });
    const quiet = { from: '22:00', to: '07:00', tz: 'Asia/Seoul' };
    await alerts.change(ann, { on: true, quiet });
    expect(await alerts.change(ann, { radiusMeters: 250 })).toMatchObject({ on: true, radiusMeters: 250, quiet });
    expect(await alerts.change(ann, { quiet: null })).toMatchObject({ on: true, radiusMeters: 250, quiet: null });
  });

  it('lists viewers whose alerts are on and who have a subscription', async () => {
    await wantAlerts(ann, bob);
    await setting.graph.alerts.change(cleo, { on: true });
    await setting.graph.alerts.change(bob, { on: false });
    expect(await setting.repositories.alerts.viewersAfter(null)).toEqual({ viewers: [ann], next: null });
    expect(await setting.repositories.alerts.viewersAfter(ann)).toEqual({ viewers: [], next: null });
  });

  it('mutes a friend until a time, or until the friendship ends, and no one else', async () => {
    const { alerts, friendships } = setting.graph;
    await expect(alerts.mute(ann, bob, Date.now() + 60_000)).rejects.toMatchObject({ code: 'not_found' });
    await expect(alerts.mute(ann, bob, null)).rejects.toMatchObject({ code: 'not_found' });
    await setting.befriend('ann', 'bob');
    await alerts.change(ann, { on: true });
    const muted = async () => (await setting.repositories.alerts.chosenBy([ann])).map((one) => one.muted);
    await alerts.mute(ann, bob, Date.now() + 60_000);
    expect(await muted()).toEqual([[bob]]);
    await database.query(`UPDATE alert_mutes SET until = now() - interval '1 s'`);
    expect(await muted()).toEqual([[]]);
    await alerts.mute(ann, bob, Date.now() + 60_000);
    await alerts.mute(ann, bob, null);
    expect(await muted()).toEqual([[]]);
    await alerts.mute(ann, bob, Date.now() + 60_000);
    await friendships.unfriend(ann, bob);
    expect(await database.query('SELECT FROM alert_mutes')).toEqual([]);
  });
});

describe('[P6] a push subscription', () => {
  it('is renewed by its endpoint, and belongs to the last user of its browser', async () => {
    const one = subscription();
    const first = await subscribe(ann, one);
    expect(first).toBe(createHash('sha256').update(one.endpoint).digest('base64url'));
    await subscribe(ann, { ...one, keys: subscription().keys });
    expect(await idsOf(ann)).toEqual([first]);
    await subscribe(bob, one);
    expect([await idsOf(ann), await idsOf(bob)]).toEqual([[], [first]]);
  });

  it('of a user there are ten at most, also with concurrent calls, and the newest stays', async () => {
    await Promise.all(Array.from({ length: 2 * MAX_PUSH_SUBSCRIPTIONS }, () => subscribe(ann)));
    expect(await idsOf(ann)).toHaveLength(MAX_PUSH_SUBSCRIPTIONS);
    const newest = await subscribe(ann);
    const ids = await idsOf(ann);
    expect(ids).toHaveLength(MAX_PUSH_SUBSCRIPTIONS);
    expect(ids[0]).toBe(newest);
  });

  it.each([
    'http://fcm.googleapis.com/a',
    'https://fcm.googleapis.com.example.org/a',
    'https://evil-fcm.googleapis.com:8443/a',
    'https://user@fcm.googleapis.com/a',
    'https://10.0.0.1/a',
    'https://push.apple.com.example.org/a',
    'https://notify.windows.com/a',
  ])('at %s is refused', async (endpoint) => {
    await expect(subscribe(ann, subscription(endpoint))).rejects.toMatchObject({ code: 'invalid_payload' });
  });

  it.each([
    'https://updates.push.services.mozilla.com/wpush/v2/a',
    'https://web.push.apple.com/a',
    'https://wns2-par02p.notify.windows.com/w/?token=a',
  ])('at %s is taken', async (endpoint) => {
    expect(await subscribe(ann, subscription(endpoint))).toHaveLength(43);
  });

  it('with a key that is no point of the curve is refused', async () => {
    const one = subscription();
    const p256dh = Buffer.concat([Buffer.of(4), Buffer.alloc(64, 7)]).toString('base64url');
    await expect(subscribe(ann, { ...one, keys: { ...one.keys, p256dh } })).rejects.toMatchObject({
      code: 'invalid_payload',
    });
  });

  it('is deleted by signing out everywhere and by an erasure, and none is added behind these', async () => {
    await wantAlerts(ann, bob);
    await setting.graph.accounts.signOutEverywhere({ user: ann, issuedAt: Date.now() });
    expect(await idsOf(ann)).toEqual([]);
    await expect(subscribe(ann)).rejects.toMatchObject({ code: 'unauthorized' });
    await setting.graph.accounts.erase({ user: bob, issuedAt: Date.now() });
    await expect(subscribe(bob)).rejects.toMatchObject({ code: 'account_erased' });
    for (const table of ['push_subscriptions', 'alert_settings WHERE user_id = $1', 'alert_notices']) {
      const values = table.includes('$1') ? [bob] : [];
      expect(await database.query(`SELECT FROM ${table}`, values)).toEqual([]);
    }
  });
});

describe('[P7] a friend request', () => {
  it('and its acceptance are a notice each, which is taken once until it is done', async () => {
    await wantAlerts(ann, bob);
    await setting.graph.requests.request(ann, bob);
    const [first, second] = await Promise.all([take(), take()]);
    const [notice] = [...first, ...second];
    expect([...first, ...second]).toEqual([{ id: expect.any(String), kind: 'requested', recipient: bob, about: ann }]);
    expect(await setting.repositories.alertNotices.nameFor(notice?.id ?? '')).toBe('ann');
    expect(await take()).toEqual([]);
    await database.query(`UPDATE alert_notices SET taken_at = now() - interval '61 s'`);
    expect(await take()).toHaveLength(1);
    await setting.graph.requests.accept(bob, ann);
    expect(await take([notice?.id ?? ''])).toEqual([
      { id: expect.any(String), kind: 'accepted', recipient: ann, about: bob },
    ]);
  });

  it('is none that is withdrawn or blocked meanwhile, nor of a blocked sender', async () => {
    await wantAlerts(ann, bob);
    await setting.graph.requests.request(ann, bob);
    const [notice] = await take();
    await setting.graph.friendships.block(bob, ann);
    expect(await setting.repositories.alertNotices.nameFor(notice?.id ?? '')).toBeNull();
    await database.query('UPDATE alert_notices SET taken_at = NULL');
    expect(await take()).toEqual([]);
    await setting.graph.requests.request(ann, bob);
    expect(await take()).toEqual([]);
    await setting.graph.requests.request(cleo, bob);
    await setting.graph.requests.declineOrWithdraw(cleo, bob);
    expect(await take()).toEqual([]);
  });

  it('to a user without alerts waits for an hour and is deleted', async () => {
    await setting.graph.requests.request(ann, bob);
    await setting.graph.requests.request(ann, id('unknown'));
    expect(await take()).toEqual([]);
    await database.query(`UPDATE alert_notices SET created_at = now() - interval '61 min'`);
    await setting.repositories.alertNotices.purge();
    expect(await database.query('SELECT FROM alert_notices')).toEqual([]);
  });
});
