import { describe, expect, it } from '@jest/globals';
import { eventually } from '@nearby-friends/testing/eventually';
import { insertEdges } from '../database/database.testing.ts';
import { type FriendGraphOfTest, useFriendGraph } from '../friend-graph.testing.ts';
import { type ApiResponse, type CallOptions, call, expectProblem, signIn } from './call-api.testing.ts';

const services = useFriendGraph();
const { database } = services;

/** Everything a client can compare, except the date. */
function comparableParts({ status, headers, text }: ApiResponse) {
  return { status, text, headers: [...headers].filter(([name]) => name !== 'date') };
}

/** Ann has no relation to these ids, and responses must not reveal which of them exist. */
const STRANGERS = {
  unknown: 'an id without a user',
  stranger: 'a user without a relation to her',
  blocker: 'a user who blocks her',
  hermit: 'a user who is paused',
  gone: 'a user who has erased the account',
};

async function withStrangers(service: FriendGraphOfTest): Promise<string> {
  for (const id of ['stranger', 'blocker', 'hermit', 'gone']) {
    const token = await signIn(service, id);
    const expectOk = async (method: string, path: string, options: CallOptions = {}) =>
      expect((await call(service, method, path, { token, ...options })).status).toBeLessThan(300);
    if (id === 'blocker') await expectOk('POST', '/blocks', { json: { userId: 'ann' } });
    if (id === 'hermit') await expectOk('PUT', '/me/sharing', { json: { paused: true } });
    // Its last step, deleting the position, fails here: no location instance runs.
    if (id === 'gone') await call(service, 'DELETE', '/me', { token });
  }
  return await signIn(service, 'ann');
}

describe('ids without a relation to the user', () => {
  it('get the same responses in every call', async () => {
    const service = await services.start();
    const token = await withStrangers(service);
    const calls: [method: string, path: (id: string) => string, body?: (id: string) => unknown][] = [
      ['PUT', (id) => `/viewers/${id}`, () => ({ precision: 'hidden' })],
      ['PUT', (id) => `/viewers/${id}`, () => ({ precision: 'no such thing' })],
      ['POST', (id) => `/friend-requests/${id}/accept`],
      ['DELETE', (id) => `/friend-requests/${id}`],
      ['DELETE', (id) => `/friends/${id}`],
      ['POST', () => '/friend-requests', (id) => ({ to: id })],
      ['POST', () => '/friend-requests', (id) => ({ to: id })],
      ['POST', (id) => `/friend-requests/${id}/accept`],
      ['DELETE', (id) => `/friend-requests/${id}`],
      ['POST', () => '/blocks', (id) => ({ userId: id })],
      ['POST', () => '/friend-requests', (id) => ({ to: id })],
      ['DELETE', (id) => `/blocks/${id}`],
    ];
    for (const [method, path, body] of calls) {
      const responses: [string, unknown][] = [];
      for (const id of Object.keys(STRANGERS)) {
        responses.push([
          id,
          comparableParts(await call(service, method, path(id), { token, ...(body && { json: body(id) }) })),
        ]);
      }
      expect(responses).toEqual(responses.map(([id]) => [id, responses[0]?.[1]]));
    }
  }, 90_000);

  it('are listed alike as recipients of requests', async () => {
    const service = await services.start();
    const token = await withStrangers(service);
    for (const to of Object.keys(STRANGERS)) await call(service, 'POST', '/friend-requests', { token, json: { to } });
    const { body } = await call(service, 'GET', '/friend-requests', { token });
    const since = expect.any(Number);
    const expected = Object.keys(STRANGERS).reverse();
    expect(body).toEqual({
      incoming: [],
      outgoing: expected.map((id) => ({ id, since, precision: 'exact', until: null })),
    });
  });

  it('whose id is none at all are no different where the others are not found', async () => {
    const service = await services.start();
    const token = await withStrangers(service);
    for (const [method, path, json] of [
      ['PUT', (id: string) => `/viewers/${id}`, { precision: 'exact' }],
      ['POST', (id: string) => `/friend-requests/${id}/accept`, undefined],
    ] as const) {
      const accept = async (id: string) =>
        comparableParts(await call(service, method, path(id), { token, ...(json && { json }) }));
      const unknown = await accept('unknown');
      expect(unknown.status).toBe(404);
      for (const id of ['no.id', 'x'.repeat(65), '%20me', '%E2%82%AC']) expect(await accept(id)).toEqual(unknown);
    }
  });

  it("keep their own: one person's calls change nothing between two others", async () => {
    await insertEdges(database, [
      { viewer: 'bob', subject: 'cid' },
      { viewer: 'cid', subject: 'bob' },
    ]);
    const service = await services.start();
    const token = await signIn(service, 'ann');
    const [bob, cid] = [await signIn(service, 'bob'), await signIn(service, 'cid')];
    await call(service, 'POST', '/friend-requests', { token: bob, json: { to: 'dan' } });
    const before = await listsOf(service, bob, cid);
    for (const id of ['bob', 'cid', 'dan']) {
      await call(service, 'PUT', `/viewers/${id}`, { token, json: { precision: 'hidden' } });
      await call(service, 'DELETE', `/friends/${id}`, { token });
      await call(service, 'POST', `/friend-requests/${id}/accept`, { token });
      await call(service, 'DELETE', `/friend-requests/${id}`, { token });
      await call(service, 'POST', '/blocks', { token, json: { userId: id } });
    }
    expect(await listsOf(service, bob, cid)).toEqual(before);
  });
});

describe('[G5] a change that revokes a right', () => {
  it('is saved while Redis is unavailable, responds 503 until it is in force, and is confirmed by the same call', async () => {
    await insertEdges(database, [{ viewer: 'bob', subject: 'ann' }]);
    const service = await services.start();
    const token = await signIn(service, 'ann');
    await services.redis.kill();
    const hide = () => call(service, 'PUT', '/viewers/bob', { token, json: { precision: 'hidden' } });
    const response = await hide();
    expectProblem(response, 503, 'unavailable');
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(response.body).toMatchObject({ retryable: true, detail: expect.stringContaining('saved') });
    const [viewer] = (await call(service, 'GET', '/viewers', { token })).body['items'] as object[];
    expect(viewer).toMatchObject({ id: 'bob', precision: 'hidden' });
    await services.redis.restart();
    await eventually(async () => expect((await hide()).status).toBe(200), 20_000);
  });

  it('is made although the client does not wait for it', async () => {
    await insertEdges(database, [{ viewer: 'bob', subject: 'ann' }]);
    const service = await services.start();
    const token = await signIn(service, 'ann');
    // A Redis that has forgotten everything is not trusted for some seconds: long enough to lose patience.
    await services.redis.restart();
    await eventually(async () => expect((await fetch(`${service.opsUrl}/ready`)).status).toBe(200));
    const impatient = fetch(`${service.apiUrl}/friends/bob`, {
      method: 'DELETE',
      headers: { Authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(300),
    });
    await expect(impatient).rejects.toThrow();
    await eventually(async () => {
      expect((await call(service, 'GET', '/viewers', { token })).body['items']).toEqual([]);
      expect(service.logLines.map((line) => JSON.parse(line))).toContainEqual(
        expect.objectContaining({ msg: 'request', method: 'DELETE', status: 499 }),
      );
    });
  });
});

async function listsOf(service: FriendGraphOfTest, ...tokens: readonly string[]): Promise<string[]> {
  const texts: string[] = [];
  for (const token of tokens) {
    for (const path of ['/friends', '/viewers', '/friend-requests', '/blocks']) {
      texts.push((await call(service, 'GET', path, { token })).text);
    }
  }
  return texts;
}
