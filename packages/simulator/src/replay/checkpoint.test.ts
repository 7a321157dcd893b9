/** The checkpoint: waits for what may still come, and reports what does not. */
import { describe, expect, it } from '@jest/globals';
import { distanceMeters } from '@nearby-friends/geo';
import { type NearbyFriend, parseUserId, type UserId } from '@nearby-friends/protocol';
import { friendshipsOf } from '../dataset/friendships.ts';
import type { Movement } from '../dataset/movements.ts';
import { ManualWallClock, settled } from '../manual-wall-clock.testing.ts';
import { type CheckedClient, type CheckpointResult, runCheckpoint } from './checkpoint.ts';

const a = parseUserId('a');
const b = parseUserId('b');
const c = parseUserId('c');
const at: Record<string, Movement> = {
  a: { user: a, atMs: 0, lat: 37, lng: -122 },
  b: { user: b, atMs: 0, lat: 37.01, lng: -122 },
};

interface TestClient extends CheckedClient {
  settled: boolean;
  shown: NearbyFriend[] | undefined;
}

function client(user: UserId, shown: NearbyFriend[] | undefined): TestClient {
  const movement = at[user];
  const confirmed = movement && { movement, lat: movement.lat, lng: movement.lng, sentAt: 0, ackedAt: 0, at: 0 };
  return { user, settled: true, confirmed, shown };
}

function entry(viewer: UserId, friend: UserId): NearbyFriend {
  const [own, other] = [at[viewer], at[friend]];
  if (own === undefined || other === undefined) throw new Error('only a and b are anywhere');
  const distance = distanceMeters(own.lat, own.lng, other.lat, other.lng);
  return { id: friend, lat: other.lat, lng: other.lng, distance, at: 0, precision: 'exact' };
}

/** a and b see each other; c never reported and has no list. */
function rightClients(): { a: TestClient; b: TestClient; c: TestClient } {
  return { a: client(a, [entry(a, b)]), b: client(b, [entry(b, a)]), c: client(c, undefined) };
}

function start(clients: Record<string, CheckedClient>, clock: ManualWallClock): Promise<CheckpointResult> {
  return runCheckpoint({
    label: 'end',
    clients: Object.values(clients),
    friendships: friendshipsOf([
      [a, b],
      [a, c],
    ]),
    latestOf: (user) => at[user],
    rules: { radiusMeters: 8_000, ttlMs: 20_000, earlyMs: 250, lateMs: 1_500 },
    deadlineMs: 5_000,
    clock,
  });
}

describe('runCheckpoint', () => {
  it('passes at once when every list is right, and counts what it compared', async () => {
    const result = await start(rightClients(), new ManualWallClock());
    expect(result).toEqual({
      label: 'end',
      viewers: 3,
      required: 2,
      either: 0,
      forbidden: 0,
      convergedAfterMs: 0,
      unconfirmed: [],
      differences: [],
    });
  });

  it('gives a list time until the deadline', async () => {
    const clock = new ManualWallClock();
    const clients = rightClients();
    clients.a.shown = [];
    const running = start(clients, clock);
    await clock.advance(3_000);
    clients.a.shown = [entry(a, b)];
    await clock.advance(20);
    expect(await running).toMatchObject({ convergedAfterMs: 3_020, differences: [], required: 2 });
  });

  it('reports what is wrong at the deadline', async () => {
    const clock = new ManualWallClock();
    const clients = rightClients();
    clients.a.shown = [];
    const running = start(clients, clock);
    await settled();
    await clock.advance(5_000);
    const result = await running;
    expect(result.differences).toMatchObject([{ kind: 'missing', viewer: 'a', friend: 'b' }]);
    expect(result.convergedAfterMs).toBe(5_000);
    expect(result.required).toBe(2);
  });

  it('waits for the confirmation of the last position before it judges anybody', async () => {
    const clock = new ManualWallClock();
    const clients = rightClients();
    clients.b.settled = false;
    clients.a.shown = [];
    const running = start(clients, clock);
    await clock.advance(1_000);
    clients.b.settled = true;
    clients.a.shown = [entry(a, b)];
    await clock.advance(20);
    expect(await running).toMatchObject({ unconfirmed: [], differences: [], required: 2 });
  });

  it('names who stays unconfirmed, and judges that user neither as viewer nor as friend', async () => {
    const clock = new ManualWallClock();
    const clients = rightClients();
    clients.b.settled = false;
    clients.b.shown = undefined;
    const running = start(clients, clock);
    await settled();
    await clock.advance(5_000);
    expect(await running).toMatchObject({ unconfirmed: ['b'], differences: [], required: 0 });
  });

  it('does not take an older confirmed position for the newest', async () => {
    const clock = new ManualWallClock();
    const clients = rightClients();
    const older = { user: b, atMs: -1, lat: 37.01, lng: -122 };
    const stale = { ...clients.b, confirmed: { movement: older, lat: 37.01, lng: -122, sentAt: 0, ackedAt: 0, at: 0 } };
    const running = start({ ...clients, b: stale }, clock);
    await clock.advance(5_000);
    expect(await running).toMatchObject({ unconfirmed: ['b'] });
  });

  it('finds a list held by a viewer who never reported', async () => {
    const clock = new ManualWallClock();
    const clients = rightClients();
    clients.c.shown = [];
    const running = start(clients, clock);
    await settled();
    await clock.advance(5_000);
    expect((await running).differences).toMatchObject([{ kind: 'list too early', viewer: 'c' }]);
  });
});
