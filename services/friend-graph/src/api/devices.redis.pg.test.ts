import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { findDevices, parseUserId } from '@nearby-friends/protocol';
import { markOfRegistered } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { type FriendGraphOfTest, useFriendGraph } from '../friend-graph.testing.ts';
import { type ApiResponse, call, expectProblem, signIn, tokenOf } from './call-api.testing.ts';
import { useLocation } from './location.testing.ts';

const locations = useLocation();
const services = useFriendGraph();
const HERE = { lat: 1.5, lng: 2.5 };
const id = parseUserId;
const hashOf = (secret: string) => createHash('sha256').update(secret).digest('hex');

async function register(service: FriendGraphOfTest, token: string, name = 'Phone') {
  const { status, body } = await call(service, 'POST', '/me/devices', { token, json: { name } });
  expect(status).toBe(201);
  return body as { id: string; name: string; secret: string; staysVisibleSeconds: number };
}

async function devicesOf(service: FriendGraphOfTest, token: string): Promise<Record<string, unknown>[]> {
  return (await call(service, 'GET', '/me/devices', { token })).body['items'] as Record<string, unknown>[];
}

describe('[L8] /me/devices', () => {
  it('registers with a name that shows what it is, visible for ten minutes to an hour', async () => {
    await locations.start(services.redis.url);
    const service = await services.start();
    const token = await signIn(service, 'ann');
    expect(await register(service, token, '  Phone ☎ ')).toMatchObject({ name: 'Phone ☎', staysVisibleSeconds: 600 });
    for (const json of [
      {},
      { name: '' },
      { name: 'x'.repeat(65) },
      { name: 'Pho\u200bne' },
      { name: '\u202eenohP' },
      { name: 'Phone', staysVisibleSeconds: 599 },
      { name: 'Phone', staysVisibleSeconds: 3601 },
      { name: 'Phone', staysVisibleSeconds: 600.5 },
    ]) {
      expectProblem(await call(service, 'POST', '/me/devices', { token, json }), 400, 'invalid_payload');
    }
    expect(await devicesOf(service, token)).toHaveLength(1);
  });

  it('says which one shares; removing it ends its sharing, and removing another one does not', async () => {
    const location = await locations.start(services.redis.url);
    const service = await services.start();
    const token = await signIn(service, 'ann');
    const [phone, tablet] = [await register(service, token), await register(service, token, 'Tablet')];
    const device = markOfRegistered(phone.id);
    location.positions.set(id('ann'), { at: Date.now(), position: HERE, device });
    expect((await devicesOf(service, token)).map(({ isSharing }) => isSharing)).toEqual([true, false]);
    const remove = async (path: string) => (await call(service, 'DELETE', `/me/devices/${path}`, { token })).status;
    expect([await remove(tablet.id), location.stopped]).toEqual([204, []]);
    // A gateway that follows the stream is missing here, so the change waits for none.
    expect(await remove(phone.id)).toBe(204);
    expect(location.stopped).toEqual(['ann']);
    expect(await remove(phone.id)).toBe(204);
    expect(await devicesOf(service, token)).toEqual([]);
  });
});

describe('[L8] find-device', () => {
  it('finds a device by its secret, for its user only, until it is removed', async () => {
    await locations.start(services.redis.url);
    const service = await services.start();
    const token = await signIn(service, 'ann');
    const phone = await register(service, token);
    const gateway = await services.connectGateway();
    const find = (user: string | null, secret = phone.secret) =>
      gateway.rpc.call(findDevices, {
        devices: [{ user: user === null ? null : id(user), secretHash: hashOf(secret) }],
      });
    const found = { devices: [{ user: 'ann', id: phone.id, staysVisibleSeconds: 600 }] };
    expect([await find('ann'), await find(null)]).toEqual([found, found]);
    expect([await find('bob'), await find('ann', `${phone.secret}x`)]).toEqual([
      { devices: [null] },
      { devices: [null] },
    ]);
    await call(service, 'DELETE', `/me/devices/${phone.id}`, { token });
    expect([await find('ann'), await find(null)]).toEqual([{ devices: [null] }, { devices: [null] }]);
    const other = await register(service, token);
    expect(await find('ann', other.secret)).toMatchObject({ devices: [{ id: other.id }] });
    await call(service, 'POST', '/me/sign-out', { token });
    expect(await find(null, other.secret)).toEqual({ devices: [null] });
  });

  it('keeps the minute of the last report and its app, for the list and the next answer', async () => {
    await locations.start(services.redis.url);
    const service = await services.start();
    const token = await signIn(service, 'ann');
    const [phone] = [await register(service, token), await register(service, token, 'Tablet')];
    const gateway = await services.connectGateway();
    const find = () =>
      gateway.rpc.call(findDevices, {
        devices: [{ user: id('ann'), secretHash: hashOf(phone.secret), kind: 'owntracks' }],
      });
    await find();
    await eventually(async () => expect((await find()).devices[0]?.kind).toBe('owntracks'));
    const [listed, never] = await devicesOf(service, token);
    expect((listed?.['lastSeenAt'] as number) % 60_000).toBe(0);
    expect(Math.abs((listed?.['lastSeenAt'] as number) - Date.now())).toBeLessThan(180_000);
    expect([listed?.['kind'], never?.['kind'], never?.['lastSeenAt']]).toEqual(['owntracks', null, null]);
  });

  it('rejects with unavailable while PostgreSQL is, so that no secret seems to be void', async () => {
    await services.start({ DATABASE_TIMEOUT_MS: '300' });
    const gateway = await services.connectGateway();
    const find = () => gateway.rpc.call(findDevices, { devices: [{ user: null, secretHash: hashOf('x') }] });
    await services.database.takeAway();
    await expect(find()).rejects.toMatchObject({ code: 'unavailable' });
    await services.database.bringBack();
    await eventually(async () => expect(await find()).toEqual({ devices: [null] }));
  });
});

describe('[L8] [O4] the secret of a device', () => {
  it('and its hash are in no log, metric, later response or table, also after failures', async () => {
    await locations.start(services.redis.url);
    const service = await services.start({ LOG_LEVEL: 'trace' });
    const token = await tokenOf('ann', Date.now());
    const { id: device, secret } = await register(service, token);
    const gateway = await services.connectGateway();
    const secretHash = hashOf(secret);
    await gateway.rpc.call(findDevices, { devices: [{ user: null, secretHash, kind: 'generic' }] });
    // Where a secret may end up by mistake: as a token, in a body, and in a path.
    const responses = [
      await call(service, 'GET', '/me', { token: secret }),
      await call(service, 'PATCH', '/me', { token, json: { secret } }),
      await call(service, 'POST', '/me/devices', { token, json: { name: { secret } } }),
      await call(service, 'DELETE', `/me/devices/${secret}`, { token }),
      await call(service, 'GET', `/owntracks/${secret}`, { token }),
      await call(service, 'GET', '/me/devices', { token }),
      await call(service, 'GET', '/me/export', { token }),
    ];
    expectProblem(responses[0] as ApiResponse, 401, 'unauthorized');
    await services.database.takeAway();
    responses.push(await call(service, 'POST', '/me/devices', { token, json: { name: 'Phone' } }));
    await expect(gateway.rpc.call(findDevices, { devices: [{ user: null, secretHash }] })).rejects.toMatchObject({
      code: 'unavailable',
    });
    const metrics = await (await fetch(`${service.opsUrl}/metrics`)).text();
    await services.database.bringBack();
    const stored = await services.database.query(`SELECT t::text AS row FROM devices AS t WHERE id = $1`, [device]);
    expect(stored).toHaveLength(1);
    const kept = [...service.logLines, metrics, ...responses.map(({ text }) => text)].join('\n');
    expect(kept).toContain('"route":"/api/v1/me/devices"');
    for (const text of [secret, secretHash, Buffer.from(secretHash, 'hex').toString('base64')]) {
      expect(kept).not.toContain(text);
    }
    expect(JSON.stringify(stored)).not.toContain(secret);
  });
});
