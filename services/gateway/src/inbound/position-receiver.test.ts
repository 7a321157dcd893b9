import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { decodePositionBody, parseUserId, readLifetimeMs } from '@nearby-friends/protocol';
import { inShort, TTL_MS } from '../test-support/nearby-world.ts';
import { STORED, setUpReceiver } from '../test-support/receiver-of-test.ts';
import { testSession } from '../test-support/test-session.ts';

describe('a position that is reported', () => {
  it('opens the session with the first, and moves it with the others', async () => {
    const { opened, receiver, world } = setUpReceiver();
    const { session } = testSession();
    expect(await receiver.receive(session, { lat: 1, lng: 2 })).toEqual({ at: world.now(), shared: true });
    expect(session.own).toMatchObject({ lat: 1, lng: 2 });
    await receiver.receive(session, { lat: 3, lng: 4 });
    expect(session.own).toMatchObject({ lat: 3, lng: 4 });
    expect(opened).toEqual([session]);
  });

  it('goes on with all that the phone said, and nothing else', async () => {
    const { receiver, recorded } = setUpReceiver();
    const { session } = testSession({ user: parseUserId('ann') });
    const position = { lat: 1, lng: 2, accuracy: 3, heading: 4, speed: 5, battery: 0.6 };
    await receiver.receive(session, { ...position, time: 1, user: 'ben', id: 'ben' });
    expect(recorded.map(({ user, body }) => [user, decodePositionBody(body)])).toEqual([['ann', position]]);
  });

  it('[L3] gets a later time than the one before, however quickly they come, or if Redis’ clock is set back', async () => {
    const { receiver, recorded, world } = setUpReceiver();
    const { session } = testSession();
    await Promise.all([1, 2, 3].map((lat) => receiver.receive(session, { lat, lng: 0 })));
    world.redisLead = -5_000;
    await receiver.receive(session, { lat: 4, lng: 0 });
    const start = world.clock.now();
    expect(recorded.map(({ at }) => at - start)).toEqual([0, 1, 2, 3]);
    expect(recorded.map(({ body }) => decodePositionBody(body).lat)).toEqual([1, 2, 3, 4]);
  });

  it('[N1] moves the viewer’s own list at once, without waiting for the record', async () => {
    const { answerWith, receiver, world } = setUpReceiver();
    const ann = world.viewer('ann', 9_000, { radiusMeters: 1_000 });
    world.watch(ann.session, 'ben');
    world.report('ben', 0);
    world.open(ann.session);
    world.flush();
    expect(inShort(ann.read())).toEqual(['[]']);
    answerWith(() => ({ outcome: 'failed', at: 0 }));
    await expect(receiver.receive(ann.session, { lat: 0, lng: 0 })).rejects.toMatchObject({ code: 'unavailable' });
    world.flush();
    expect(inShort(ann.read())).toEqual(['+ben@0']);
  });

  it('[L1] that is wrong changes nothing', async () => {
    const { opened, receiver, recorded } = setUpReceiver();
    const { session } = testSession();
    await expect(receiver.receive(session, { lat: 91, lng: 0 })).rejects.toMatchObject({ code: 'invalid_payload' });
    expect([session.own, recorded, opened]).toEqual([null, [], []]);
  });

  it('[L3] has the clock measured again when Redis stores it under an earlier time, and only then', async () => {
    const { answerWith, clockAhead, receiver, world } = setUpReceiver();
    const { session } = testSession();
    await receiver.receive(session, { lat: 0, lng: 0 });
    answerWith(({ at }) => ({ outcome: 'stored', at: at + 1 }));
    await receiver.receive(session, { lat: 0, lng: 0 });
    expect(clockAhead).toEqual([]);
    answerWith(({ at }) => ({ outcome: 'stored', at: at - 120_000 }));
    expect(await receiver.receive(session, { lat: 0, lng: 0 })).toEqual({
      at: world.now() + 2 - 120_000,
      shared: true,
    });
    expect(clockAhead).toHaveLength(1);
  });

  it('is answered with the time under which it is kept', async () => {
    const { answerWith, receiver } = setUpReceiver();
    const { session } = testSession();
    answerWith(() => ({ outcome: 'stored', at: 77 }));
    expect(await receiver.receive(session, { lat: 0, lng: 0 })).toEqual({ at: 77, shared: true });
    answerWith(() => ({ outcome: 'superseded', at: 99 }));
    // The time of the position that counts, which is another one.
    expect(await receiver.receive(session, { lat: 0, lng: 0 })).toEqual({ at: 99, shared: true });
  });

  it.each(['failed', 'expired'] as const)('that is %s is to be sent again', async (outcome) => {
    const { answerWith, receiver } = setUpReceiver();
    answerWith(() => ({ outcome, at: 0 }));
    const received = receiver.receive(testSession().session, { lat: 0, lng: 0 });
    await expect(received).rejects.toMatchObject({ code: 'unavailable', retryable: true });
  });

  it('[G5] is not kept while an erasure may have been missed, and moves the viewer’s own list nevertheless', async () => {
    const { fence, receiver, recorded } = setUpReceiver();
    const { session } = testSession();
    fence(true);
    const received = receiver.receive(session, { lat: 1, lng: 2 });
    await expect(received).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    expect([session.own, recorded]).toMatchObject([{ lat: 1, lng: 2 }, []]);
    fence(false);
    await receiver.repeat(session);
    expect(recorded.map(({ body }) => decodePositionBody(body))).toEqual([{ lat: 1, lng: 2 }]);
  });

  it('by a session that has just closed opens nothing', async () => {
    const { opened, receiver } = setUpReceiver();
    const { session } = testSession();
    session.close();
    await receiver.receive(session, { lat: 0, lng: 0 });
    expect(opened).toEqual([]);
    expect(session.own).toBeNull();
  });
});

describe('[L2] a position that says when it was taken', () => {
  it('is stamped with that time, by which it lives, and the list says so', async () => {
    const { receiver, recorded, world } = setUpReceiver();
    const { session } = testSession();
    const takenAt = world.now() - 240_000;
    expect(await receiver.receive(session, { lat: 1, lng: 2, at: takenAt + 0.7 })).toEqual({
      at: takenAt,
      shared: true,
    });
    expect(recorded.map(({ at }) => at)).toEqual([takenAt]);
    expect(session.own).toMatchObject({ lat: 1, lng: 2, at: takenAt });
  });

  it('is refused once it is as old as the TTL, changes nothing, and says what to send instead', async () => {
    const { opened, receiver, recorded, world } = setUpReceiver();
    const { session } = testSession();
    for (const at of [world.now() - TTL_MS, world.now() - 3_600_000, Math.floor(world.now() / 1000), 0, -1]) {
      const received = receiver.receive(session, { lat: 1, lng: 2, at });
      await expect(received).rejects.toMatchObject({
        code: 'stale_position',
        retryable: false,
        message: expect.stringContaining('at must be at most 600 s ago'),
      });
    }
    expect([session.own, recorded, opened]).toEqual([null, [], []]);
    await receiver.receive(session, { lat: 1, lng: 2, at: world.now() - TTL_MS + 1 });
    expect(recorded).toHaveLength(1);
  });

  it('counts as taken now if that lies in the future, and if it does not say', async () => {
    const { receiver, recorded, world } = setUpReceiver();
    const { session } = testSession();
    const now = world.now();
    await receiver.receive(session, { lat: 1, lng: 2, at: now + 300_000 });
    await receiver.receive(session, { lat: 2, lng: 2, at: null });
    await receiver.receive(session, { lat: 3, lng: 2 });
    expect(recorded.map(({ at }) => at - now)).toEqual([0, 1, 2]);
  });

  it('[L3] moves nothing if it was taken before the last one, and is answered with the time that counts', async () => {
    const { receiver, recorded, world } = setUpReceiver();
    const { session } = testSession();
    const now = world.now();
    await receiver.receive(session, { lat: 1, lng: 2, at: now - 1_000 });
    expect(await receiver.receive(session, { lat: 9, lng: 9, at: now - 2_000 })).toEqual({
      at: now - 1_000,
      shared: true,
    });
    expect(session.own).toMatchObject({ lat: 1, at: now - 1_000 });
    expect(recorded).toHaveLength(1);
    // The same fix again is no older one: the phone may say more about it now.
    expect(await receiver.receive(session, { lat: 1, lng: 2, battery: 5, at: now - 1_000 })).toEqual({
      at: now - 1_000,
      shared: true,
    });
    expect(recorded).toHaveLength(2);
  });

  it('is refused with a time that is no number, and the error names the field and what it must be', async () => {
    const { receiver, recorded } = setUpReceiver();
    const { session } = testSession();
    for (const at of ['x', '2026-11-30T12:00:00Z', {}, true, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(receiver.receive(session, { lat: 1, lng: 2, at })).rejects.toMatchObject({
        code: 'invalid_payload',
        message: expect.stringContaining('at: must be a number of milliseconds since the epoch'),
      });
    }
    expect([session.own, recorded]).toEqual([null, []]);
  });
});

describe('[S4] a position that is repeated after a loss', () => {
  it('[L5] is none that its user has withdrawn', async () => {
    const { receiver, recorded } = setUpReceiver();
    const { session } = testSession();
    const { at } = await receiver.receive(session, { lat: 1, lng: 2 });
    (session as { stoppedAt: number }).stoppedAt = at;
    await receiver.repeat(session);
    expect(recorded).toHaveLength(1);
    (session as { stoppedAt: number }).stoppedAt = at - 1;
    await receiver.repeat(session);
    expect(recorded).toHaveLength(2);
  });

  it('goes under its own time, so that it replaces nothing newer', async () => {
    const { receiver, recorded, world } = setUpReceiver();
    const { session } = testSession();
    await receiver.receive(session, { lat: 1, lng: 2, battery: 0.5 });
    world.clock.advance(60_000);
    await receiver.repeat(session);
    expect(recorded).toHaveLength(2);
    expect(recorded[1]).toEqual(recorded[0]);
  });

  it('[L2] of a friend goes with its lifetime, if it has one', async () => {
    const { receiver, recorded } = setUpReceiver();
    const position = { lat: 1, lng: 2, speed: 3 };
    for (const lifetime of [{ lifetimeMs: 900_000 }, {}]) {
      await receiver.repeatOf(parseUserId('ben'), { at: 5, position, ...lifetime }, () => true);
    }
    expect(recorded.map(({ at, body }) => [at, decodePositionBody(body), readLifetimeMs(body)])).toEqual([
      [5, position, 900_000],
      [5, position, undefined],
    ]);
  });

  it('is not made up for a session that has reported none', async () => {
    const { receiver, recorded } = setUpReceiver();
    await receiver.repeat(testSession().session);
    expect(recorded).toEqual([]);
  });

  it('is tried until it is taken: right after a loss the location service may not be back', async () => {
    const { answerWith, receiver, recorded, world } = setUpReceiver();
    const { session } = testSession();
    await receiver.receive(session, { lat: 1, lng: 2 });
    answerWith(() => ({ outcome: 'failed', at: 0 }));
    const repeated = receiver.repeat(session);
    for (let i = 0; i < 20; i++) {
      await nextTurn();
      world.clock.advance(100);
    }
    // At least twice a second, so that 5 s are enough for all.
    expect(recorded.length).toBeGreaterThanOrEqual(5);
    answerWith(STORED);
    world.clock.advance(1_000);
    await repeated;
  });

  it.each(['superseded', 'expired'] as const)('is not tried again when it is %s', async (outcome) => {
    const { answerWith, receiver, recorded } = setUpReceiver();
    const { session } = testSession();
    await receiver.receive(session, { lat: 1, lng: 2 });
    answerWith(() => ({ outcome, at: 0 }));
    await receiver.repeat(session);
    expect(recorded).toHaveLength(2);
  });

  it('is given up when the session ends', async () => {
    const { answerWith, receiver, world } = setUpReceiver();
    const { session } = testSession();
    await receiver.receive(session, { lat: 1, lng: 2 });
    answerWith(() => ({ outcome: 'failed', at: 0 }));
    const repeated = receiver.repeat(session);
    await nextTurn();
    session.close();
    world.clock.advance(1_000);
    await repeated;
  });
});
