import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { ERASED_USERS, encodePositionBody, locationKey, parseUserId, type UserId } from '@nearby-friends/protocol';
import { eventually } from '@nearby-friends/testing/eventually';
import { ERASURE_RACES } from '@nearby-friends/testing/tiers';
import { ANN, BEN, positionOf } from './test-support/positions-of-test.ts';
import { timeOf, useRedis } from './test-support/redis-of-test.ts';
import { useServices } from './test-support/services-of-test.ts';

/** More would only wait for each other until the requests time out. */
const RACES_AT_ONCE = 100;

// In this order: what a test started ends before its Redis does.
const services = useServices();
const redis = useRedis();

async function setUp(options: { friendGraph: boolean; ttlSeconds?: string } = { friendGraph: true }) {
  const { url } = redis.server;
  const friendGraph = options.friendGraph ? await services.startFriendGraph(url) : null;
  const location = await services.startLocation(url, options);
  const caller = await services.startCaller(url);
  const commands = await redis.connect('commands');
  return { url, friendGraph, location, caller, commands, now: () => timeOf(commands) };
}

/** The second byte of an entry: friend-graph has acknowledged the activity. */
const isMarked = (entry: Buffer | null) => entry?.readUInt8(1) === 1;

describe('a user who becomes active', () => {
  it('[S2] is announced once with the first position, and not with those after', async () => {
    const { caller, commands, friendGraph, now } = await setUp();
    const at = await now();
    expect(await caller.record(positionOf(ANN, at))).toEqual({ outcome: 'stored', at });
    await eventually(async () => expect(isMarked(await commands.getBuffer(locationKey(ANN)))).toBe(true));
    await caller.record(positionOf(ANN, at + 1, 1));
    // Ben's announcement comes after any that Ann's second position might have caused.
    await caller.record(positionOf(BEN, at + 2));
    await eventually(() => expect(friendGraph?.announced.map(({ user }) => user)).toContain(BEN));
    expect(friendGraph?.announced.map(({ user, at, position }) => [user, at, position.accuracy])).toEqual([
      [ANN, at, 0],
      [BEN, at + 2, 0],
    ]);
    expect(await caller.activeUsers([ANN, BEN, parseUserId('unknown')])).toEqual([ANN, BEN]);
  });

  it('[S2] is announced when friend-graph comes, with the newest position', async () => {
    const { caller, url, now } = await setUp({ friendGraph: false });
    const at = await now();
    await caller.record(positionOf(ANN, at));
    await caller.record(positionOf(ANN, at + 1, 7));
    const friendGraph = await services.startFriendGraph(url);
    await eventually(() =>
      expect(friendGraph.announced.map(({ user, position }) => [user, position.accuracy])).toEqual([[ANN, 7]]),
    );
  });

  it('[L2] is announced with the lifetime of the position, if it has one', async () => {
    const { caller, friendGraph, now } = await setUp();
    const body = encodePositionBody({ lat: 1, lng: 2 }, undefined, 900);
    await caller.record({ user: ANN, at: await now(), body });
    await caller.record(positionOf(BEN, await now()));
    await eventually(() => expect(friendGraph?.announced).toHaveLength(2));
    expect(new Map(friendGraph?.announced.map(({ user, lifetimeMs }) => [user, lifetimeMs]))).toEqual(
      new Map([
        [ANN, 900_000],
        [BEN, undefined],
      ]),
    );
  });

  it('[S2] is announced again until friend-graph acknowledges', async () => {
    const { caller, commands, friendGraph, now } = await setUp();
    friendGraph?.refuse(true);
    await caller.record(positionOf(ANN, await now()));
    await eventually(() => expect(friendGraph?.refusals).toBeGreaterThan(1));
    expect(isMarked(await commands.getBuffer(locationKey(ANN)))).toBe(false);
    friendGraph?.refuse(false);
    await eventually(async () => expect(isMarked(await commands.getBuffer(locationKey(ANN)))).toBe(true));
    expect(friendGraph?.announced).toHaveLength(1);
  });

  it('[L2] [S2] is announced again after a pause longer than the TTL', async () => {
    const { caller, commands, friendGraph, now } = await setUp({ friendGraph: true, ttlSeconds: '0.5' });
    await caller.record(positionOf(ANN, await now()));
    await eventually(() => expect(friendGraph?.announced).toHaveLength(1));
    await eventually(async () => expect(await commands.exists(locationKey(ANN))).toBe(0));
    await caller.record(positionOf(ANN, await now(), 1));
    await eventually(() => expect(friendGraph?.announced.map(({ position }) => position.accuracy)).toEqual([0, 1]));
  });
});

describe('users who are erased', () => {
  it('have no entry any more, and the others keep theirs', async () => {
    const { caller, commands, now } = await setUp();
    const at = await now();
    for (const user of [ANN, BEN]) await caller.record(positionOf(user, at));
    await caller.forget([ANN, parseUserId('unknown')]);
    expect(await commands.exists(locationKey(ANN))).toBe(0);
    expect(await caller.activeUsers([ANN, BEN])).toEqual([BEN]);
  });

  it('are unknown after repeated requests, and become active again with a later position', async () => {
    const { caller, friendGraph, now } = await setUp();
    await caller.record(positionOf(ANN, await now()));
    await eventually(() => expect(friendGraph?.announced).toHaveLength(1));
    await caller.forget([ANN]);
    await caller.forget([ANN]);
    // A gateway had received it before the erasure.
    expect(await caller.record(positionOf(ANN, (await now()) - 1_000, 1))).toMatchObject({ outcome: 'expired' });
    await eventually(async () =>
      expect(await caller.record(positionOf(ANN, await now(), 1))).toMatchObject({ outcome: 'stored' }),
    );
    await eventually(() => expect(friendGraph?.announced).toHaveLength(2));
  });

  it('[G2] stay erased, whatever was received before and arrives later, on any instance', async () => {
    const { caller, commands, now, url } = await setUp();
    await services.startLocation(url);
    await eventually(() => expect(caller.instances()).toBe(2));
    const users = Array.from({ length: ERASURE_RACES }, (_, i) => parseUserId(`leaver-${i}`));
    const eraseBesideReports = async (user: UserId) => {
      const report = async (mark: number) => caller.record(positionOf(user, await now(), mark));
      const before = await now();
      const racing = [report(1), report(2)];
      await caller.forget([user]);
      await Promise.all(racing);
      // With the highest lead that a gateway's clock may have.
      expect((await caller.record(positionOf(user, before + 900, 3))).outcome).toBe('expired');
    };
    for (let i = 0; i < users.length; i += RACES_AT_ONCE) {
      await Promise.all(users.slice(i, i + RACES_AT_ONCE).map(eraseBesideReports));
    }
    expect(await caller.activeUsers(users)).toEqual([]);
    expect(await commands.exists(...users.map(locationKey))).toBe(0);
    // Tombstones name no user and end with the TTL.
    expect(JSON.stringify(await commands.zrange(ERASED_USERS, '0', '-1'))).not.toContain('leaver');
    expect(await commands.pttl(ERASED_USERS)).toBeGreaterThan(0);
  }, 60_000);

  it('do not hinder the positions of others', async () => {
    const { caller, now } = await setUp();
    await caller.forget([ANN]);
    expect(await caller.record(positionOf(BEN, await now()))).toMatchObject({ outcome: 'stored' });
  });

  it('are not reported as erased while Redis is unavailable', async () => {
    const { caller } = await setUp();
    await redis.server.kill();
    await expect(caller.forget([ANN])).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('a user who ends sharing', () => {
  it('[L5] has no entry at once, and none by a position that was under way', async () => {
    const { caller, friendGraph, now } = await setUp({ friendGraph: true });
    const at = await now();
    for (const user of [ANN, BEN]) await caller.record(positionOf(user, at));
    await caller.stop(ANN, at + 20);
    await caller.stop(ANN, at);
    expect(await caller.activeUsers([ANN, BEN])).toEqual([BEN]);
    for (const late of [at - 1, at, at + 20]) {
      expect(await caller.record(positionOf(ANN, late, 1))).toMatchObject({ outcome: 'superseded' });
    }
    expect(await caller.activeUsers([ANN, BEN])).toEqual([BEN]);
    await eventually(() => expect(friendGraph?.announced).toHaveLength(2));
    // Another device goes on, or the same one signs in again.
    expect(await caller.record(positionOf(ANN, at + 21, 2))).toMatchObject({ outcome: 'stored', at: at + 21 });
    expect(await caller.activeUsers([ANN, BEN])).toEqual([ANN, BEN]);
    await eventually(() => expect(friendGraph?.announced).toHaveLength(3));
  });

  it('[L5] keeps the entry of another device that is newer', async () => {
    const { caller, now } = await setUp();
    const at = await now();
    await caller.record(positionOf(ANN, at));
    await caller.stop(ANN, at - 1);
    await caller.stop(BEN, at - 1);
    expect(await caller.activeUsers([ANN, BEN])).toEqual([ANN]);
  });

  it('is told so only when it is done', async () => {
    const { caller } = await setUp();
    await redis.server.kill();
    await expect(caller.stop(ANN, 1)).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('two instances', () => {
  it('[L3] keep one truth between them, and one that stops is not missed', async () => {
    const { caller, friendGraph, location, url, now } = await setUp();
    await services.startLocation(url);
    await eventually(() => expect(caller.instances()).toBe(2));
    const users = Array.from({ length: 40 }, (_, i) => parseUserId(`user-${i}`));
    const start = await now();
    const report = (at: number, mark: number) =>
      Promise.all(users.map((user) => caller.record(positionOf(user, at, mark))));
    const stored = (recorded: readonly { outcome: string }[]) =>
      recorded.filter(({ outcome }) => outcome === 'stored').length;

    expect(stored(await report(start, 1))).toBe(40);
    const stopping = location.stop();
    expect(stored(await report(start + 10, 2))).toBe(40);
    await stopping;
    expect(stored(await report(start + 20, 3))).toBe(40);
    expect((await report(start + 15, 4)).map(({ outcome }) => outcome)).toEqual(users.map(() => 'superseded'));
    expect(await caller.activeUsers(users)).toEqual([...users].sort());
    await eventually(() => expect(new Set(friendGraph?.announced.map(({ user }) => user)).size).toBe(40));
  });

  it('[S2] an instance that stops while users become active announces what it has kept', async () => {
    const { caller, friendGraph, location, url, now } = await setUp();
    let keptInAll = 0;
    // Each time the positions meet the stopping instance at another step.
    for (let round = 0; round < 5; round++) {
      const stopping = round === 0 ? location : await services.startLocation(url);
      await eventually(async () => expect((await caller.record(positionOf(ANN, await now()))).outcome).toBe('stored'));
      const at = await now();
      const users = Array.from({ length: 50 }, (_, i) => parseUserId(`round-${round}-user-${i}`));
      const recorded = users.map((user) => caller.record(positionOf(user, at)).catch(() => ({ outcome: 'failed' })));
      for (let turn = 0; turn < round; turn++) await nextTurn();
      await stopping.stop();
      const outcomes = await Promise.all(recorded);
      const kept = users.filter((_, i) => outcomes[i]?.outcome === 'stored');
      const announced = new Set(friendGraph?.announced.map(({ user }) => user));
      expect(kept.filter((user) => !announced.has(user))).toEqual([]);
      keptInAll += kept.length;
    }
    expect(keptInAll).toBeGreaterThan(0);
  });
});

it('[S4] after Redis was killed and returned empty, positions are stored and announced again', async () => {
  const { caller, commands, friendGraph, now } = await setUp();
  await caller.record(positionOf(ANN, await now()));
  // Announced and marked so, or it would be announced again rightly.
  await eventually(async () => expect(isMarked(await commands.getBuffer(locationKey(ANN)))).toBe(true));
  await redis.server.kill();
  await expect(caller.record(positionOf(ANN, Date.now(), 1))).rejects.toMatchObject({ code: 'unavailable' });
  await redis.server.restart();
  await eventually(async () => {
    const recorded = await caller.record(positionOf(ANN, await now(), 2));
    expect(recorded.outcome).toBe('stored');
  });
  await eventually(() => expect(friendGraph?.announced.map(({ position }) => position.accuracy)).toEqual([0, 2]));
});
