import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { CodedError, type UserId } from '@nearby-friends/protocol';
import { markOfRegistered } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { by, id, useGraph } from './graph.testing.ts';
import { MAX_DEVICES } from './limits.ts';
import { RegisteredDevices } from './registered-devices.ts';

const setting = useGraph();
const { database } = setting;
const [ann, bob] = [id('ann'), id('bob')];
const phone = { name: 'Phone', staysVisibleSeconds: 600 };
const version = expect.any(Number);

const register = (user: UserId = ann, device = phone) => setting.graph.devices.register(by(user), device);
const hashOf = (secret: string) => createHash('sha256').update(secret).digest() as Buffer<ArrayBuffer>;
const find = (secret: string) => setting.repositories.devices.findBySecret(hashOf(secret));
/** Makes every revocation of the tokens of ann wait. */
const holdRevocation = () =>
  database.hold(`INSERT INTO token_revocations (user_hash, before) VALUES (sha256('ann'), to_timestamp(0))`);
const idsOf = async (user: UserId) => (await setting.graph.devices.devicesOf(user)).map((device) => device.id);

describe('[L8] registering a device', () => {
  it('creates an unknown user, and keeps of the secret only a hash, by which the device is found', async () => {
    const device = await register(ann, { name: 'Phone', staysVisibleSeconds: 3600 });
    expect(device.id).toMatch(/^[A-Za-z0-9_-]{16}$/);
    expect(device.secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(await find(device.secret)).toEqual({
      user: ann,
      id: device.id,
      name: 'Phone',
      kind: null,
      staysVisibleSeconds: 3600,
      createdAt: device.createdAt,
      lastSeenAt: null,
    });
    expect(await find(`${device.secret.slice(0, -1)}~`)).toBeNull();
    const rows = await database.query<{ row: string }>('SELECT t::text AS row FROM devices AS t');
    expect(rows).toHaveLength(1);
    expect(rows[0]?.row).toContain(hashOf(device.secret).toString('hex'));
    expect(rows[0]?.row).not.toContain(device.secret);
    expect(rows[0]?.row).not.toContain(Buffer.from(device.secret, 'base64url').toString('hex'));
  });

  it('lists them in the order of registration, each for its user only, with the one that shares', async () => {
    const [first, second, others] = [await register(), await register(), await register(bob)];
    expect(await idsOf(ann)).toEqual([first.id, second.id]);
    expect(await idsOf(bob)).toEqual([others.id]);
    setting.sharers.set(ann, markOfRegistered(second.id));
    const listed = await setting.graph.devices.devicesOf(ann);
    expect(listed.map(({ isSharing }) => isSharing)).toEqual([false, true]);
    expect((await setting.graph.devices.devicesOf(bob))[0]?.isSharing).toBe(false);
  });

  it('has a limit per user, also under concurrent registrations', async () => {
    const results = await Promise.allSettled(Array.from({ length: 2 * MAX_DEVICES }, () => register()));
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as CodedError] : []));
    expect(refused.map(({ code }) => code)).toEqual(Array(MAX_DEVICES).fill('device_limit'));
    const [one = ''] = await idsOf(ann);
    expect(await idsOf(ann)).toHaveLength(MAX_DEVICES);
    await register(bob);
    await setting.graph.devices.remove(ann, one);
    await register();
  });
});

describe('[L8] removing a device', () => {
  it('makes its secret void and ends its sharing, and is idempotent', async () => {
    const { id: device, secret } = await register();
    setting.sharers.set(ann, markOfRegistered(device));
    const before = Date.now();
    await setting.graph.devices.remove(ann, device);
    expect(await find(secret)).toBeNull();
    expect(setting.stopped).toEqual([{ user: ann, before: expect.any(Number) }]);
    expect(setting.stopped[0]?.before).toBeGreaterThanOrEqual(before);
    expect(await setting.takeEvents()).toContainEqual({
      kind: 'stopped',
      version,
      user: ann,
      before: expect.any(Number),
    });
    // A repetition after a failure: the device is gone, and its position may not be.
    await setting.graph.devices.remove(ann, device);
    expect(setting.stopped).toHaveLength(2);
    setting.sharers.delete(ann);
    await setting.graph.devices.remove(ann, device);
    expect(setting.stopped).toHaveLength(2);
  });

  it('leaves the position of another device, and the devices of other users', async () => {
    const [mine, others] = [await register(), await register(bob)];
    setting.sharers.set(ann, markOfRegistered((await register()).id));
    await setting.graph.devices.remove(ann, mine.id);
    await setting.graph.devices.remove(ann, others.id);
    expect(await idsOf(bob)).toEqual([others.id]);
    expect(setting.stopped).toEqual([]);
    expect(await setting.takeEvents()).toEqual([]);
  });

  it('happens while location is unavailable; the list says so, and a repetition ends the sharing', async () => {
    const { repositories, graph } = setting;
    let failure: Error | null = new CodedError('unavailable', 'gone');
    const { id: device, secret } = await register();
    const devices = new RegisteredDevices({
      repositories,
      sharingEnd: graph.sharingEnd,
      readSharingDevice: () => (failure ? Promise.reject(failure) : Promise.resolve(markOfRegistered(device))),
    });
    expect((await devices.devicesOf(ann)).map(({ isSharing }) => isSharing)).toEqual([null]);
    await expect(devices.remove(ann, device)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await find(secret)).toBeNull();
    failure = null;
    await devices.remove(ann, device);
    expect(setting.stopped).toHaveLength(1);
    await register();
    failure = new TypeError('a bug');
    await expect(devices.devicesOf(ann)).rejects.toBe(failure);
  });
});

describe('[L8] [A2] signing out everywhere', () => {
  it('removes every device of the user, and of no other', async () => {
    const [, others] = [await register(), await register(bob)];
    await register();
    await setting.graph.accounts.signOutEverywhere(by(ann));
    expect(await idsOf(ann)).toEqual([]);
    expect(await idsOf(bob)).toEqual([others.id]);
  });

  it.each(['known', 'unknown'])(
    'is final for a registration that came before it, of a user who is %s',
    async (kind) => {
      if (kind === 'known') await setting.graph.profiles.createIfNew(ann);
      const issuedAt = Date.now() - 1_000;
      // The sign-out has deleted the devices and waits for this row: it is not committed.
      const holder = await holdRevocation();
      const signingOut = setting.graph.accounts.signOutEverywhere({ user: ann, issuedAt });
      await database.untilWaiting(1);
      const registering = setting.graph.devices.register({ user: ann, issuedAt }, phone);
      registering.catch(() => undefined);
      await database.untilWaiting(2);
      await holder.release();
      await signingOut;
      await expect(registering).rejects.toMatchObject({ code: 'unauthorized' });
      expect(await idsOf(ann)).toEqual([]);
      await setting.graph.devices.register({ user: ann, issuedAt: Date.now() + 1_000 }, phone);
      expect(await idsOf(ann)).toHaveLength(1);
    },
  );
});

describe('[L8] [G2] erasing an account', () => {
  it('removes its devices, and refuses a registration that came before it', async () => {
    const { secret } = await register();
    const issuedAt = Date.now() - 1_000;
    const holder = await holdRevocation();
    const erasing = setting.graph.accounts.erase({ user: ann, issuedAt });
    await database.untilWaiting(1);
    const registering = setting.graph.devices.register({ user: ann, issuedAt }, phone);
    registering.catch(() => undefined);
    await database.untilWaiting(2);
    await holder.release();
    await erasing;
    await expect(registering).rejects.toMatchObject({ code: 'account_erased' });
    expect(await find(secret)).toBeNull();
    expect(await database.query('SELECT id FROM devices')).toEqual([]);
  });

  it('beside sign-outs, registrations and reports ends in no device and no failure', async () => {
    for (let round = 0; round < 10; round++) {
      const user = id(`leaver-${round}`);
      const issuedAt = Date.now() - 1_000;
      const devices = await Promise.all(Array.from({ length: 3 }, () => register(user)));
      const holder = { user, issuedAt };
      const registering = Promise.allSettled([1, 2].map(() => setting.graph.devices.register(holder, phone)));
      await Promise.all([
        setting.graph.accounts.signOutEverywhere(holder),
        setting.graph.accounts.erase(holder),
        setting.repositories.devices.markSeen(devices.map((device) => ({ id: device.id, kind: null }))),
      ]);
      for (const result of await registering) {
        if (result.status === 'fulfilled') continue;
        expect(['unauthorized', 'account_erased']).toContain((result.reason as CodedError).code);
      }
    }
    expect(await database.query('SELECT id FROM devices')).toEqual([]);
  });
});

describe('[L8] the export', () => {
  it('has the devices, without what could report in their place', async () => {
    const { id: device, secret, createdAt } = await register();
    const exported = await setting.graph.exporter.exportOf(ann);
    expect(exported.devices).toEqual([{ id: device, ...phone, kind: null, createdAt, lastSeenAt: null }]);
    expect(JSON.stringify(exported)).not.toContain(secret);
  });
});

describe('[L8] when a device has last reported', () => {
  it('is kept to the minute and with the last known app, once a minute', async () => {
    const [one, other] = [await register(), await register()];
    const read = async () =>
      (await setting.graph.devices.devicesOf(ann)).map((device) => [device.kind, device.lastSeenAt]);
    const see = (kind: 'owntracks' | 'overland' | null) =>
      setting.repositories.devices.markSeen([
        { id: one.id, kind },
        { id: 'AAAABBBBCCCCDDDD', kind },
      ]);
    // Not across the end of a minute, as the clock of PostgreSQL has it.
    await eventually(async () => {
      await database.query('UPDATE devices SET last_seen_at = NULL, kind = NULL');
      await see('owntracks');
      const [row] = await database.query<{ minute: Date }>(`SELECT date_trunc('minute', now()) AS minute`);
      await see('overland');
      expect(await read()).toEqual([
        ['owntracks', row?.minute],
        [null, null],
      ]);
    });
    await database.query(`UPDATE devices SET last_seen_at = last_seen_at - interval '1 minute'`);
    await see(null);
    expect((await read())[0]).toEqual(['owntracks', expect.any(Date)]);
    await database.query(`UPDATE devices SET last_seen_at = last_seen_at - interval '1 minute'`);
    await see('overland');
    expect((await read())[0]).toEqual(['overland', expect.any(Date)]);
    expect((await find(other.secret))?.lastSeenAt).toBeNull();
  });
});
