import { describe, expect, it } from '@jest/globals';
import { connectRedis, openRedis } from '@nearby-friends/bus';
import { PUSH_KEY, parseUserId } from '@nearby-friends/protocol';
import { DEFAULT_REDIS_PREFIX, silentLogger } from '@nearby-friends/service-kit';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { DatabaseOfTest } from '../../database/database.testing.ts';
import { useFriendGraph } from '../../friend-graph.testing.ts';
import { call, signIn, tokenOf } from '../call-api.testing.ts';
import { useLocation } from '../location.testing.ts';
import { type Conformance, readDocument } from './conformance.testing.ts';
import { expectInvites, inviteBodies } from './expect-invites.testing.ts';

const locations = useLocation();
const services = useFriendGraph();
const { database } = services;
const HOUR_MS = 3_600_000;
/** More than any user but the last one of the test below sends. */
const REQUESTS_PER_MINUTE = 300;
const tooLarge = { json: { pad: 'x'.repeat(20_000) } };
const exact = { precision: 'exact', until: null };
const requestTo = (to: string) => ({ json: { to } });

describe('the OpenAPI document', () => {
  it('is valid by the official schema, and every operation has a unique id', async () => {
    const { document } = await readDocument(await services.start());
    expect(await new Validator().validate({ ...document })).toEqual({ valid: true });
    expect(await new Validator().validate({ ...document, paths: { me: {} } })).toMatchObject({
      valid: false,
    });
    const ids = operationsOf(document.paths).map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('describes every response of the API, and the API sends every response that it describes', async () => {
    const location = await locations.start(services.redis.url);
    const service = await services.start({
      DATABASE_TIMEOUT_MS: '1000',
      USER_REQUESTS_PER_MINUTE: String(REQUESTS_PER_MINUTE),
    });
    const api = await readDocument(service);
    const [ann, bob] = [await signIn(service, 'ann'), await signIn(service, 'bob')];
    location.positions.set(parseUserId('ann'), { at: Date.now(), position: { lat: 1.5, lng: 2.5, speed: 3 } });

    await expectRefusals(api, ann);
    await expectLimits(api, database, ann);
    await expectALife(api, { ann, bob });
    await expectDevices(api, ann);
    await expectAlerts(api, services.redis.url, ann);
    await expectInvites(api, { ann, bob });
    await expectEnds(api, { ann, bob }, (userId) => signIn(service, userId));
    const erin = await signIn(service, 'erin');
    const flo = await signIn(service, 'flo');
    for (let i = 0; i < REQUESTS_PER_MINUTE; i++) await call(service, 'GET', '/me', { token: flo });
    for (const [operation, { security }] of operationsOf(api.document.paths)) {
      if ((security as unknown[]).length > 0) await api.expectResponse(operation, 429, { token: flo });
    }
    await database.takeAway();
    for (const [operation, { security, requestBody }] of operationsOf(api.document.paths)) {
      const needsToken = (security as unknown[]).length > 0;
      const json = requestBody ? { json: goodBodies[operation] } : {};
      await api.expectResponse(operation, 503, { ...(needsToken ? { token: erin } : {}), ...json });
    }
    // Unexpected failures cannot be provoked.
    const expected = [...api.documented].filter((response) => !response.endsWith(' 500'));
    expect([...api.seen].sort()).toEqual(expected.sort());
  }, 180_000);

  it('leaves nothing out: whatever it does not describe is not there', async () => {
    const service = await services.start();
    const { document } = await readDocument(service);
    const token = await signIn(service, 'ann');
    for (const [path, methods] of Object.entries(document.paths)) {
      const allowed = Object.keys(methods).map((method) => method.toUpperCase());
      if (allowed.includes('GET')) allowed.push('HEAD');
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((one) => !allowed.includes(one))) {
        const response = await call(service, method, path.replace('{id}', 'bob'), { token });
        expect([method, path, response.status]).toEqual([method, path, 405]);
        expect(response.headers.get('allow')?.split(', ').sort()).toEqual(allowed.sort());
      }
      expect((await call(service, 'GET', `${path.replace('{id}', 'bob')}/more/still`, { token })).status).toBe(404);
    }
    await service.stop();
    const closed = await services.start({ DEV_TOKENS: 'false' });
    expect(Object.keys((await readDocument(closed)).document.paths)).not.toContain('/dev/tokens');
  });
});

/** A valid body for every operation with a body. */
const goodBodies: Record<string, unknown> = {
  'PATCH /me': { radiusMeters: 500 },
  'PUT /viewers/{id}': { precision: 'hidden' },
  'PUT /me/sharing': { paused: true },
  'POST /friend-requests': { to: 'bob' },
  'POST /friend-requests/{id}/accept': { precision: 'approximate' },
  'POST /blocks': { userId: 'bob' },
  'POST /me/devices': { name: 'Phone' },
  'PUT /me/push-subscriptions': {
    endpoint: 'https://fcm.googleapis.com/fcm/send/a',
    keys: {
      p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
      auth: 'BTBZMqHH6r4Tts7J_aSIgg',
    },
  },
  'PATCH /me/alerts': { on: true, quiet: { from: '22:00', to: '07:00', tz: 'Asia/Seoul' } },
  'PUT /friends/{id}/alerts': { mutedUntil: 4_000_000_000_000 },
  ...inviteBodies,
  'POST /dev/tokens': { userId: 'ann' },
};

function operationsOf(paths: Conformance['document']['paths']) {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
  );
}

/** No token, wrong input, nothing there: of every operation whatever applies. */
async function expectRefusals(api: Conformance, token: string): Promise<void> {
  for (const [operation, { requestBody, responses, security, parameters }] of operationsOf(api.document.paths)) {
    const statuses = Object.keys(responses as object);
    const body = requestBody ? { json: goodBodies[operation] } : {};
    const credentials = (security as unknown[]).length > 0 ? { token } : {};
    if ('token' in credentials) {
      await api.expectResponse(operation, 401, body);
      await api.expectResponse(operation, 401, { ...body, token: `${token}x` });
    }
    if (requestBody) {
      await api.expectResponse(operation, 413, { ...credentials, ...tooLarge });
      for (const json of [{ unknown: 1 }, [], null, 'text', { ...(goodBodies[operation] as object), more: true }]) {
        await api.expectResponse(operation, 400, { ...credentials, json });
      }
      await api.expectResponse(operation, 400, { ...credentials, raw: { type: 'text/plain', body: '{}' } });
      if ((requestBody as { required: boolean }).required) await api.expectResponse(operation, 400, credentials);
    }
    if ((parameters as { in: string }[]).some((parameter) => parameter.in === 'query')) {
      await api.expectResponse(operation, 400, { ...credentials, query: '?limit=0' });
    }
    if (operation.includes('{id}')) {
      const malformed = statuses.includes('404') ? 404 : 400;
      await api.expectResponse(operation, malformed, { ...credentials, ...body, id: 'no%20id' });
      if (malformed === 404) await api.expectResponse(operation, 404, { ...credentials, ...body });
    }
  }
  for (const until of [Date.now() - 1, 'tomorrow', 1.5, -1, 1e18]) {
    await api.expectResponse('PUT /me/sharing', 400, { token, json: { paused: true, until } });
    await api.expectResponse('PUT /viewers/{id}', 400, { token, json: { precision: 'exact', until } });
    await api.expectResponse('POST /friend-requests', 400, { token, json: { to: 'bob', until } });
    await api.expectResponse('POST /friend-requests/{id}/accept', 400, { token, json: { until } });
  }
  await api.expectResponse('POST /friend-requests', 400, { token, ...requestTo('ann') });
  await api.expectResponse('POST /blocks', 400, { token, json: { userId: 'ann' } });
}

/** [G3] and its like. */
async function expectLimits(api: Conformance, { query }: Pick<DatabaseOfTest, 'query'>, ann: string): Promise<void> {
  const full = await tokenOf('full');
  await api.expectResponse('GET /me', 200, { token: full });
  await query(
    `INSERT INTO users (id, display_name) SELECT 'x' || i, 'x' FROM generate_series(1, 5000) AS i ON CONFLICT DO NOTHING`,
  );
  await query(`INSERT INTO edges (viewer_id, subject_id) SELECT 'full', 'x' || i FROM generate_series(1, 5000) AS i`);
  await api.expectResponse('POST /friend-requests', 202, { token: ann, ...requestTo('full') });
  await api.expectResponse('POST /friend-requests/{id}/accept', 409, { token: full, id: 'ann' });
  await api.expectResponse('DELETE /friend-requests/{id}', 204, { token: full, id: 'ann' });
  await query(
    `INSERT INTO friend_requests (from_id, to_id) SELECT 'full', 'x' || i FROM generate_series(1, 1000) AS i`,
  );
  await api.expectResponse('POST /friend-requests', 409, { token: full, ...requestTo('other') });
}

interface Tokens {
  readonly ann: string;
  readonly bob: string;
}

/** Two users become friends, restrict what they see, and end the friendship. */
async function expectALife(api: Conformance, { ann, bob }: Tokens): Promise<void> {
  await api.expectResponse('PATCH /me', 200, { token: ann, json: { displayName: 'Ann', radiusMeters: 500 } });
  await api.expectResponse('GET /me', 200, { token: ann });
  await api.expectResponse('POST /friend-requests', 202, { token: ann, ...requestTo('bob') });
  const listed = await api.expectResponse('GET /friend-requests', 200, { token: ann });
  expect(listed.body).toEqual({ incoming: [], outgoing: [{ id: 'bob', since: expect.any(Number), ...exact }] });
  const incoming = await api.expectResponse('GET /friend-requests', 200, { token: bob });
  expect(incoming.body['incoming']).toEqual([
    { id: 'ann', displayName: 'Ann', nameSkeleton: 'ann', since: expect.any(Number) },
  ]);
  for (let time = 0; time < 2; time++) {
    await api.expectResponse('POST /friend-requests/{id}/accept', 204, { token: bob, id: 'ann' });
  }
  const chosen = { precision: 'approximate', until: Date.now() + HOUR_MS };
  await api.expectResponse('POST /friend-requests', 202, { token: ann, json: { to: 'dan', ...chosen } });
  const withChoice = await api.expectResponse('GET /friend-requests', 200, { token: ann });
  expect(withChoice.body['outgoing']).toEqual([{ id: 'dan', since: expect.any(Number), ...chosen }]);
  await api.expectResponse('DELETE /friend-requests/{id}', 204, { token: ann, id: 'dan' });
  const until = Date.now() + HOUR_MS;
  const grant = { precision: 'approximate', until };
  const granted = await api.expectResponse('PUT /viewers/{id}', 200, { token: ann, id: 'bob', json: grant });
  expect(granted.body).toEqual(grant);
  const viewers = await api.expectResponse('GET /viewers', 200, { token: ann });
  expect(viewers.body['items']).toEqual([
    { id: 'bob', displayName: 'bob', nameSkeleton: 'bob', since: expect.any(Number), ...grant },
  ]);
  // Bob is not notified.
  const friends = await api.expectResponse('GET /friends', 200, { token: bob });
  expect(friends.body['items']).toEqual([
    { id: 'ann', displayName: 'Ann', nameSkeleton: 'ann', since: expect.any(Number) },
  ]);
  expect((await api.expectResponse('GET /me/sharing', 200, { token: ann })).body).toEqual({
    paused: false,
    until: null,
  });
  await api.expectResponse('PUT /me/sharing', 200, { token: ann, json: { paused: true, until } });
  expect((await api.expectResponse('GET /me/sharing', 200, { token: ann })).body).toEqual({ paused: true, until });
  await api.expectResponse('POST /blocks', 204, { token: ann, json: { userId: 'cid' } });
  const blocks = await api.expectResponse('GET /blocks', 200, { token: ann });
  expect(blocks.body).toEqual({ items: [{ id: 'cid', since: expect.any(Number) }], nextCursor: null });
  const exported = await api.expectResponse('GET /me/export', 200, { token: ann });
  expect(exported.body).toMatchObject({
    profile: { id: 'ann', displayName: 'Ann', radiusMeters: 500 },
    sharing: { paused: true, until },
    friends: [{ id: 'bob' }],
    viewers: [{ id: 'bob', ...grant }],
    friendRequests: { incoming: [], outgoing: [] },
    blocks: [{ id: 'cid' }],
    position: { lat: 1.5, lng: 2.5, speed: 3 },
  });
  expect((await api.expectResponse('GET /me/export', 200, { token: bob })).body['position']).toBeNull();
  await api.expectResponse('DELETE /blocks/{id}', 204, { token: ann, id: 'cid' });
  await api.expectResponse('DELETE /friends/{id}', 204, { token: ann, id: 'bob' });
  expect((await api.expectResponse('GET /viewers', 200, { token: ann })).body['items']).toEqual([]);
}

async function expectDevices(api: Conformance, token: string): Promise<void> {
  const json = { name: 'Phone', staysVisibleSeconds: 3600 };
  const { body } = await api.expectResponse('POST /me/devices', 201, { token, json });
  const id = body['id'] as string;
  const device = { ...json, id, kind: null, createdAt: body['createdAt'], lastSeenAt: null };
  const listed = await api.expectResponse('GET /me/devices', 200, { token });
  expect(listed.body).toEqual({ items: [{ ...device, isSharing: false }] });
  expect((await api.expectResponse('GET /me/export', 200, { token })).body['devices']).toEqual([device]);
  for (let i = 1; i < 10; i++) await api.expectResponse('POST /me/devices', 201, { token, json });
  await api.expectResponse('POST /me/devices', 409, { token, json });
  await api.expectResponse('DELETE /me/devices/{id}', 204, { token, id });
}

async function expectAlerts(api: Conformance, redisUrl: string, token: string): Promise<void> {
  await api.expectResponse('GET /push/key', 404, { token });
  const redis = openRedis({
    url: redisUrl,
    purpose: 'commands',
    role: 'test',
    prefix: DEFAULT_REDIS_PREFIX,
    logger: silentLogger,
  });
  await connectRedis(redis);
  await redis.set(PUSH_KEY, 'B');
  redis.disconnect();
  expect((await api.expectResponse('GET /push/key', 200, { token })).body).toEqual({ key: 'B' });
  const json = goodBodies['PUT /me/push-subscriptions'];
  const { body } = await api.expectResponse('PUT /me/push-subscriptions', 200, { token, json });
  await api.expectResponse('DELETE /me/push-subscriptions/{id}', 204, { token, id: body['id'] as string });
  const change = { on: true, radiusMeters: 250.5, quiet: null };
  const changed = await api.expectResponse('PATCH /me/alerts', 200, { token, json: change });
  expect(changed.body).toEqual({ ...change, muted: [] });
  expect((await api.expectResponse('GET /me/alerts', 200, { token })).body).toEqual(changed.body);
  const quiet = { from: '22:00', to: '07:00', tz: 'Asia/Seoul' };
  for (const wrong of [
    { radiusMeters: 99 },
    { quiet: { ...quiet, tz: 'Mars/Base' } },
    { quiet: { ...quiet, to: '22:00' } },
  ]) {
    await api.expectResponse('PATCH /me/alerts', 400, { token, json: wrong });
  }
  const muted = 'PUT /friends/{id}/alerts';
  await api.expectResponse(muted, 400, { token, json: { mutedUntil: Date.now() - 1 } });
  await api.expectResponse('POST /friend-requests', 202, { token, ...requestTo('gil') });
  await api.expectResponse('POST /friend-requests/{id}/accept', 204, { token: await tokenOf('gil'), id: 'ann' });
  await api.expectResponse(muted, 204, { token, id: 'gil', json: goodBodies[muted] });
  expect((await api.expectResponse('GET /me/export', 200, { token })).body['alerts']).toMatchObject({
    muted: [{ id: 'gil', until: 4_000_000_000_000 }],
  });
}

/** Both end their tokens, each in one way. */
async function expectEnds(api: Conformance, { ann, bob }: Tokens, signInAgain: (userId: string) => Promise<string>) {
  await api.expectResponse('POST /me/sign-out', 204, { token: ann });
  await api.expectResponse('GET /me', 401, { token: ann });
  // The same call with the same token confirms it, and erases nothing.
  await api.expectResponse('POST /me/sign-out', 204, { token: ann });
  await api.expectResponse('DELETE /me', 401, { token: ann });
  const newer = await signInAgain('ann');
  await api.expectResponse('POST /me/sign-out', 204, { token: ann });
  await api.expectResponse('GET /me', 200, { token: newer });

  await api.expectResponse('DELETE /me', 204, { token: bob });
  await api.expectResponse('GET /me', 401, { token: bob });
  await api.expectResponse('DELETE /me', 204, { token: bob });
  await api.expectResponse('POST /dev/tokens', 401, { json: { userId: 'bob' } });
  await api.expectResponse('POST /dev/tokens', 201, { json: { userId: 'bob', newAccount: true } });
  await api.expectResponse('POST /dev/tokens', 201, { json: { userId: 'dora' } });
}
