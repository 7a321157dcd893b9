/** Checks calls and types against the OpenAPI document, and makes every call through nginx. */
import { describe, expect, it } from '@jest/globals';
import { useSharedSystem } from '@nearby-friends/testing';
import { FERRY_BUILDING } from '@nearby-friends/testing/places';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { connect } from '../connect.ts';
import { type DevelopmentToken, signInForDevelopment } from '../sign-in-for-development.ts';
import type {
  AccountExport,
  AlertSettings,
  AlertSettingsChange,
  Block,
  DeviceWithSecret,
  Friend,
  FriendRequests,
  Grant,
  Invite,
  InvitePreview,
  InviteWithCode,
  ListedDevice,
  NewDevice,
  NewInvite,
  Page,
  Profile,
  ProfileChange,
  QuietHours,
  RegisteredDevice,
  Sharing,
  Viewer,
} from './api-resources.ts';
import { createApi } from './create-api.ts';
import type { FetchLike } from './fetch-like.ts';

const system = useSharedSystem();

interface OpenApi {
  readonly paths: Record<string, Record<string, { readonly tags: readonly string[] }>>;
}

async function readDocument() {
  const response = await fetch(`${system.url}/api/docs/openapi.json`);
  const document = (await response.json()) as OpenApi;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      // Other apps report there, and not this package.
      .filter(([, { tags }]) => !tags.includes('Background apps'))
      .map(([method]) => `${method.toUpperCase()} ${path}`),
  );
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema(document, 'document');
  /** Validates `value` against the schema at `pointer` of the document. */
  const defectsOf = (pointer: string, value: unknown) => {
    const validate = ajv.compile({ $ref: `document#${pointer}` });
    validate(value);
    return validate.errors ?? [];
  };
  return { operations: operations.sort(), defectsOf };
}

/** Records the operation of the document for each call. */
function recordingFetch(called: Set<string>): FetchLike {
  return (url, init) => {
    const { pathname } = new URL(url);
    const path = pathname
      .replace(/^\/api\/v1/, '')
      .replace(
        /^\/(friends|viewers|friend-requests|blocks|me\/devices|me\/push-subscriptions|me\/invites)\/[^/]+/,
        '/$1/{id}',
      );
    called.add(`${init.method} ${path}`);
    return fetch(url, init);
  };
}

const person = { id: 'ann', displayName: 'Ann' };
const profile: Required<Profile> = { ...person, nameSkeleton: 'ann', radiusMeters: 500, createdAt: 1 };
const friend: Required<Friend> = { ...person, nameSkeleton: 'ann', since: 1 };
const viewer: Required<Viewer> = { ...friend, precision: 'approximate', until: 2 };
const friendRequests: Required<FriendRequests> = {
  incoming: [friend],
  outgoing: [{ id: 'bob', since: 1, precision: 'exact', until: null }],
};
const block: Required<Block> = { id: 'cem', since: 1 };
const sharing: Required<Sharing> = { paused: true, until: null };
const grant: Required<Grant> = { precision: 'hidden', until: 5 };
const position = { lat: 1, lng: 2, accuracy: 3, heading: 4, speed: 5, battery: 0.6, at: 7 };
const named = { id: 'AAAABBBBCCCCDDDD', name: 'Phone', staysVisibleSeconds: 600, createdAt: 1 };
const device: Required<RegisteredDevice> = { ...named, kind: 'owntracks', lastSeenAt: 2 };
const listedDevices: { items: Required<ListedDevice>[] } = { items: [{ ...device, isSharing: null }] };
const withSecret: Required<DeviceWithSecret> = { ...named, secret: 'x' };
const newDevice: Required<NewDevice> = { name: 'Phone', staysVisibleSeconds: 600 };
const quiet: Required<QuietHours> = { from: '22:00', to: '07:00', tz: 'Asia/Seoul' };
const alerts: Required<AlertSettings> = { on: true, radiusMeters: 500, quiet, muted: [{ id: 'bob', until: 1 }] };
const alertsChange: Required<AlertSettingsChange> = { on: true, radiusMeters: 500, quiet: null };
const invite: Required<Invite> = {
  id: 'AAAABBBBCCCCDDDD',
  uses: 'once',
  timesUsed: 0,
  createdAt: 1,
  expiresAt: 2,
  ...grant,
};
const withCode: Required<InviteWithCode> = { ...invite, code: 'x' };
const newInvite: Required<NewInvite> = { uses: 'many', lifetimeSeconds: 600, ...grant };
const inviter = { ...person, nameSkeleton: 'ann' };
const invitePreview: Required<InvitePreview> = { inviter, relation: 'none', ...grant };
const account: Required<AccountExport> = {
  exportedAt: 1,
  profile,
  sharing,
  friends: [friend],
  viewers: [viewer],
  friendRequests,
  blocks: [block],
  devices: [device],
  alerts,
  pushSubscriptions: [{ id: 'A'.repeat(43), language: 'ko', createdAt: 1, renewedAt: 2 }],
  invites: [invite],
  signedOutBefore: null,
  withheld: { fromAll: 1, fromViewers: [{ id: 'bob', shownFrom: null, exactFrom: 2 }] },
  position,
};
const profileChange: Required<ProfileChange> = { displayName: 'Ann', radiusMeters: 500 };
const token: Required<DevelopmentToken> = { token: 'x', expiresAt: 1 };
function pageOf<T>(item: T): Required<Page<T>> {
  return { items: [item], nextCursor: 'x' };
}

describe('the response types', () => {
  const responseSchema = (operation: string, status = 200) => {
    const [method = '', path = ''] = operation.split(' ');
    return `/paths/${path.replaceAll('/', '~1')}/${method.toLowerCase()}/responses/${status}/content/application~1json/schema`;
  };

  it.each<[string, string, object]>([
    ['Profile', responseSchema('GET /me'), profile],
    ['Page<Friend>', responseSchema('GET /friends'), pageOf(friend)],
    ['Page<Viewer>', responseSchema('GET /viewers'), pageOf(viewer)],
    ['Page<Block>', responseSchema('GET /blocks'), pageOf(block)],
    ['FriendRequests', responseSchema('GET /friend-requests'), friendRequests],
    ['ListedDevice[]', responseSchema('GET /me/devices'), listedDevices],
    ['DeviceWithSecret', responseSchema('POST /me/devices', 201), withSecret],
    ['InviteWithCode', responseSchema('POST /me/invites', 201), withCode],
    ['InvitePreview', responseSchema('POST /invites/preview'), invitePreview],
    ['NewInvite', '/components/schemas/InviteRequest', newInvite],
    ['NewDevice', '/components/schemas/DeviceRequest', newDevice],
    ['AlertSettings', responseSchema('GET /me/alerts'), alerts],
    ['AlertSettingsChange', '/components/schemas/AlertsChange', alertsChange],
    ['Sharing', responseSchema('GET /me/sharing'), sharing],
    ['Grant', responseSchema('PUT /viewers/{id}'), grant],
    ['AccountExport', responseSchema('GET /me/export'), account],
    ['ProfileChange', '/components/schemas/ProfileChange', profileChange],
    ['DevelopmentToken', responseSchema('POST /dev/tokens', 201), token],
  ])('%s has exactly the fields of the document', async (_name, pointer, sample) => {
    const { defectsOf } = await readDocument();
    expect(defectsOf(encodeURI(pointer), sample)).toEqual([]);
    expect(defectsOf(encodeURI(pointer), { ...sample, more: 1 })).not.toEqual([]);
  });
});

describe('the API', () => {
  it('has every operation of the document, and each one works', async () => {
    const { operations } = await readDocument();
    const called = new Set<string>();
    const { url } = system;
    const fetch = recordingFetch(called);
    const apiOf = async (userId: string) =>
      createApi({ url, fetch, token: (await signInForDevelopment({ url, userId, fetch })).token });
    const [ann, bob] = [await apiOf('api-ann'), await apiOf('api-bob')];

    expect(await ann.me.update({ displayName: 'Ann', radiusMeters: 500 })).toMatchObject({ displayName: 'Ann' });
    expect(await ann.me.get()).toMatchObject({ id: 'api-ann', displayName: 'Ann', radiusMeters: 500 });

    expect(await ann.requests.send('api-bob')).toBeUndefined();
    expect((await bob.requests.list()).incoming).toMatchObject([{ id: 'api-ann', displayName: 'Ann' }]);
    expect(await bob.requests.accept('api-ann')).toBeUndefined();
    expect((await ann.friends.page()).items).toMatchObject([{ id: 'api-bob' }]);

    const until = Date.now() + 3_600_000;
    expect(await ann.viewers.grant('api-bob', { precision: 'approximate', until })).toEqual({
      precision: 'approximate',
      until,
    });
    expect(await ann.viewers.page({ limit: 1 })).toMatchObject({ items: [{ id: 'api-bob', until }], nextCursor: null });

    expect(await ann.sharing.pause(until)).toEqual({ paused: true, until });
    expect(await ann.sharing.get()).toEqual({ paused: true, until });
    expect(await ann.sharing.resume()).toEqual({ paused: false, until: null });

    await ann.blocks.add('blocked-user');
    expect((await ann.blocks.page()).items).toMatchObject([{ id: 'blocked-user' }]);
    await ann.blocks.remove('blocked-user');
    expect((await ann.blocks.page()).items).toEqual([]);

    const endpoint = 'https://fcm.googleapis.com/fcm/send/api-ann';
    const p256dh = 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4';
    await expect(ann.push.key()).rejects.toMatchObject({ code: 'push_off', retryable: false });
    await ann.push.subscribe({ endpoint, keys: { p256dh, auth: 'BTBZMqHH6r4Tts7J_aSIgg' } }, { language: 'ko' });
    expect((await ann.account.export()).pushSubscriptions).toMatchObject([{ language: 'ko' }]);
    expect(await ann.push.unsubscribe(endpoint)).toBeUndefined();
    expect((await ann.account.export()).pushSubscriptions).toEqual([]);
    expect(await ann.alerts.set({ on: true })).toMatchObject({ on: true, radiusMeters: 1_000 });
    expect(await ann.alerts.mute('api-bob', 4_000_000_000_000)).toBeUndefined();
    expect((await ann.alerts.get()).muted).toEqual([{ id: 'api-bob', until: 4_000_000_000_000 }]);
    await ann.alerts.mute('api-bob', null);

    const invited = await apiOf('api-invited');
    const invite = await ann.invites.create({ uses: 'many' });
    expect(await ann.invites.list()).toMatchObject([{ id: invite.id, uses: 'many', timesUsed: 0 }]);
    expect(await invited.invites.preview(invite.code)).toMatchObject({ inviter: { id: 'api-ann' }, relation: 'none' });
    expect(await invited.invites.accept(invite.code, { precision: 'approximate' })).toBe('api-ann');
    expect(await ann.invites.revoke(invite.id)).toBeUndefined();
    await expect(invited.invites.accept('unknown')).rejects.toMatchObject({ code: 'invite_unusable', status: 404 });

    const { id, secret } = await ann.devices.register({ name: 'Phone' });
    expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(await ann.devices.list()).toMatchObject([{ id, name: 'Phone', staysVisibleSeconds: 600, isSharing: false }]);
    expect(await ann.devices.remove(id)).toBeUndefined();
    expect(await ann.devices.list()).toEqual([]);
    expect((await ann.devices.register({ name: 'Phone', staysVisibleSeconds: 3600 })).staysVisibleSeconds).toBe(3600);
    await bob.devices.register({ name: 'Phone' });

    const live = connect({ url, token: (await signInForDevelopment({ url, userId: 'api-ann' })).token });
    const { at } = await live.updateLocation(FERRY_BUILDING);
    live.close();
    expect(await ann.account.export()).toMatchObject({
      profile: { id: 'api-ann' },
      position: { ...FERRY_BUILDING, at },
    });

    await ann.friends.remove('api-bob');
    expect((await bob.friends.page()).items).toEqual([]);
    await ann.requests.send('api-bob', { precision: 'approximate', until });
    expect((await ann.requests.list()).outgoing).toMatchObject([{ id: 'api-bob', precision: 'approximate', until }]);
    await ann.requests.withdraw('api-bob');
    expect((await bob.requests.list()).incoming).toEqual([]);

    await bob.account.signOutEverywhere();
    expect(await (await apiOf('api-bob')).devices.list()).toEqual([]);
    await expect(bob.me.get()).rejects.toMatchObject({ code: 'unauthorized', status: 401, retryable: false });
    await ann.account.erase();
    await expect(ann.me.get()).rejects.toMatchObject({ code: 'account_erased', retryable: false });
    await expect(apiOf('api-ann')).rejects.toMatchObject({ code: 'account_erased' });
    expect([...called].sort()).toEqual(operations);
  });

  it('iterates over long lists page by page', async () => {
    const friends = Array.from({ length: 7 }, (_, i) => `api-crowd-${i}`);
    await system.befriend(...friends.map((other) => ['api-popular', other] as const));
    const api = createApi({ url: system.url, token: await system.token('api-popular') });
    const [seen, seenBy]: [string[], string[]] = [[], []];
    for await (const { id } of api.friends.all({ limit: 3 })) seen.push(id);
    for await (const { id } of api.viewers.all({ limit: 2 })) seenBy.push(id);
    expect([seen, seenBy]).toEqual([friends, friends]);
  });

  it('rejects with a typed error for every failure', async () => {
    const api = createApi({ url: system.url, token: await system.token('api-typed') });
    await expect(api.me.update({ radiusMeters: 1 })).rejects.toMatchObject({
      name: 'NearbyError',
      code: 'invalid_payload',
      status: 400,
      retryable: false,
      defects: [{ path: 'radiusMeters', message: expect.any(String) }],
    });
    await expect(api.friends.page({ cursor: 'no cursor' })).rejects.toMatchObject({ code: 'invalid_payload' });
    await expect(api.viewers.grant('stranger', { precision: 'exact' })).rejects.toMatchObject({
      code: 'not_found',
      status: 404,
    });
    const old = createApi({
      url: system.url,
      token: await system.token('api-typed', { expiresAt: Date.now() - 60_000 }),
    });
    await expect(old.me.get()).rejects.toMatchObject({ code: 'token_expired', status: 401, retryable: true });
  });
});
