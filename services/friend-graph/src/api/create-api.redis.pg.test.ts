import { describe, expect, it } from '@jest/globals';
import { DEFAULT_RADIUS_METERS } from '@nearby-friends/protocol';
import { insertEdges } from '../database/database.testing.ts';
import { useFriendGraph } from '../friend-graph.testing.ts';
import { call, expectProblem, signIn, tokenOf } from './call-api.testing.ts';

const services = useFriendGraph();
const { database } = services;

describe('/me', () => {
  it('creates the user of a valid token at first contact, with the id as display name', async () => {
    const service = await services.start();
    const token = await tokenOf('first-contact');
    const before = Date.now();
    const { status, body } = await call(service, 'GET', '/me', { token });
    expect(status).toBe(200);
    expect(body).toEqual({
      id: 'first-contact',
      displayName: 'first-contact',
      nameSkeleton: expect.any(String),
      radiusMeters: DEFAULT_RADIUS_METERS,
      createdAt: expect.any(Number),
    });
    expect(Math.abs((body['createdAt'] as number) - before)).toBeLessThan(60_000);
  });

  it('changes what is sent and keeps the rest', async () => {
    const service = await services.start();
    const token = await signIn(service, 'ann');
    await call(service, 'PATCH', '/me', { token, json: { displayName: '  Ann Ångström  ' } });
    const { status, body } = await call(service, 'PATCH', '/me', { token, json: { radiusMeters: 500 } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ displayName: 'Ann Ångström', radiusMeters: 500 });
    expect((await call(service, 'GET', '/me', { token })).body).toEqual(body);
  });

  it('reports every invalid field, without repeating a value', async () => {
    const service = await services.start();
    const token = await signIn(service, 'ann');
    const response = await call(service, 'PATCH', '/me', {
      token,
      json: { displayName: 'a\u0000b', radiusMeters: 99, shoeSize: 'forty-two' },
    });
    expectProblem(response, 400, 'invalid_payload');
    expect((response.body['errors'] as { path: string }[]).map(({ path }) => path).sort()).toEqual([
      'displayName',
      'radiusMeters',
      'shoeSize',
    ]);
    expect(JSON.stringify(response.body)).not.toContain('forty-two');
  });

  it('refuses bodies that are not small JSON objects', async () => {
    const service = await services.start();
    const token = await signIn(service, 'ann');
    const patch = (type: string, body: string) => call(service, 'PATCH', '/me', { token, raw: { type, body } });
    expectProblem(await patch('application/json', '{"displayName":'), 400, 'invalid_payload');
    expectProblem(await patch('text/plain', '{"displayName":"x"}'), 400, 'invalid_payload');
    expectProblem(await patch('application/json', '[]'), 400, 'invalid_payload');
    // Text that changes the direction of the surrounding text.
    expectProblem(await patch('application/json', '{"displayName":"\\u202eevil"}'), 400, 'invalid_payload');
    for (const invisible of ['\u200b', '\u2060\u200d', '\u3164']) {
      const json = JSON.stringify({ displayName: invisible });
      expectProblem(await patch('application/json', json), 400, 'invalid_payload');
    }
    expectProblem(await patch('application/json', ''), 400, 'invalid_payload');
    expectProblem(await call(service, 'PATCH', '/me', { token }), 400, 'invalid_payload');
    const large = JSON.stringify({ displayName: 'x'.repeat(20_000) });
    expectProblem(await patch('application/json', large), 413, 'payload_too_large');
  });
});

describe('/friends and /viewers', () => {
  it('lists both directions with their fields, hidden and ended grants too', async () => {
    const until = Date.UTC(2020, 0, 1);
    await insertEdges(database, [
      { viewer: 'ann', subject: 'bob', precision: 'hidden' },
      { viewer: 'cid', subject: 'ann', precision: 'approximate', until },
    ]);
    await database.query(`UPDATE users SET display_name = 'Bob B.' WHERE id = 'bob'`);
    const service = await services.start();
    const token = await signIn(service, 'ann');
    const since = expect.any(Number);
    // Nothing of the grant: a friend who hides looks like one who is offline.
    expect((await call(service, 'GET', '/friends', { token })).body).toEqual({
      items: [{ id: 'bob', displayName: 'Bob B.', nameSkeleton: 'bob b.', since }],
      nextCursor: null,
    });
    expect((await call(service, 'GET', '/viewers', { token })).body).toEqual({
      items: [{ id: 'cid', displayName: 'cid', nameSkeleton: 'cid', since, precision: 'approximate', until }],
      nextCursor: null,
    });
  });

  it('pages neither repeat nor skip an entry while others are added and removed', async () => {
    const names = Array.from({ length: 120 }, (_, i) => `friend-${String(i).padStart(3, '0')}`);
    await insertEdges(
      database,
      names.flatMap((name) => [
        { viewer: 'ann', subject: name },
        { viewer: name, subject: 'ann' },
      ]),
    );
    const service = await services.start();
    const token = await signIn(service, 'ann');
    for (const path of ['/friends', '/viewers']) {
      const seen: string[] = [];
      let cursor = '';
      for (let page = 0; ; page++) {
        const { body } = await call(service, 'GET', `${path}?limit=50${cursor}`, { token });
        seen.push(...(body['items'] as { id: string }[]).map(({ id }) => id));
        // Before the place where the next page starts, and the very person it starts after.
        const coming = `early-${path.slice(1)}-${page}`;
        await insertEdges(database, [
          { viewer: 'ann', subject: coming },
          { viewer: coming, subject: 'ann' },
        ]);
        if (page === 0) await database.query(`UPDATE users SET display_name = 'x' WHERE id = $1`, [seen.at(-1)]);
        if (body['nextCursor'] === null) break;
        cursor = `&cursor=${body['nextCursor']}`;
      }
      expect(seen.filter((name) => name.startsWith('friend-'))).toEqual(names);
      expect(new Set(seen).size).toBe(seen.length);
    }
  });

  it('returns 50 by default, at most 200, and refuses invalid limits and cursors', async () => {
    const names = Array.from({ length: 210 }, (_, i) => `friend-${i}`);
    await insertEdges(
      database,
      names.map((subject) => ({ viewer: 'ann', subject })),
    );
    const service = await services.start();
    const token = await signIn(service, 'ann');
    const count = async (query: string) => {
      const { body } = await call(service, 'GET', `/friends${query}`, { token });
      return (body['items'] as unknown[]).length;
    };
    expect(await count('')).toBe(50);
    expect(await count('?limit=200')).toBe(200);
    for (const query of [
      'limit=0',
      'limit=201',
      'limit=1.5',
      'limit=',
      'limit=1&limit=2',
      'cursor=ZnJpZW5k',
      'cursor=!',
    ]) {
      expectProblem(await call(service, 'GET', `/friends?${query}`, { token }), 400, 'invalid_payload');
    }
  });
});

describe('what is not there', () => {
  it('responds to unknown paths with 404 and unknown methods with 405 and Allow, as problems', async () => {
    const service = await services.start();
    expectProblem(await call(service, 'GET', '/nothing'), 404, 'not_found');
    const response = await call(service, 'PUT', '/me');
    expectProblem(response, 405, 'method_not_allowed');
    expect(response.headers.get('allow')).toBe('GET, HEAD, PATCH, DELETE');
  });

  it('has no /dev/tokens where DEV_TOKENS is not true', async () => {
    const service = await services.start({ DEV_TOKENS: 'false' });
    expectProblem(await call(service, 'POST', '/dev/tokens', { json: { userId: 'ann' } }), 404, 'not_found');
    expect(await database.query('SELECT id FROM users')).toEqual([]);
  });
});

describe('/dev/tokens', () => {
  it('makes the user and gives a token that works until expiresAt, in ms', async () => {
    const service = await services.start({ DEV_TOKEN_LIFETIME_SECONDS: '3600' });
    const { status, body } = await call(service, 'POST', '/dev/tokens', { json: { userId: 'ann' } });
    expect(status).toBe(201);
    expect(Math.abs((body['expiresAt'] as number) - Date.now() - 3_600_000)).toBeLessThan(60_000);
    expect(await database.query('SELECT id FROM users')).toEqual([{ id: 'ann' }]);
    expect((await call(service, 'GET', '/me', { token: body['token'] as string })).status).toBe(200);
  });

  it('refuses what is no user id', async () => {
    const service = await services.start();
    for (const userId of ['', 'a b', 'x'.repeat(65), 7, null]) {
      expectProblem(await call(service, 'POST', '/dev/tokens', { json: { userId } }), 400, 'invalid_payload');
    }
  });
});
