import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { CodedError } from '@nearby-friends/protocol';
import { EVENTS_BURST, PLACE, setUpClientEvents } from '../test-support/client-events-of-test.ts';

describe('[A5] position updates of one burst', () => {
  it.each([21, 73, 1_000])('are %i, of which the newest is taken, once, and the answers say so', async (count) => {
    const { receive, taken, transport, metric } = setUpClientEvents();
    const answers: unknown[] = [];
    for (let i = 0; i < count; i++)
      receive('location:update', [{ lat: i / 100, lng: 0 }, (ack: unknown) => answers.push(ack)]);
    await nextTurn();
    expect(taken).toEqual([{ lat: (count - 1) / 100, lng: 0 }]);
    const conflated = { ok: true, at: 42, shared: true, conflated: true };
    expect(answers).toEqual([
      { ok: true, at: 42, shared: true },
      ...Array.from({ length: count - 1 }, () => conflated),
    ]);
    expect(transport.disconnects).toBe(0);
    expect(await metric('nearby_position_updates_conflated_total')).toBe(count - 1);
  });

  it('wait for the rate limit as one, and the newest at that time is taken', async () => {
    const { ask, clock, receive, taken } = setUpClientEvents();
    for (let i = 0; i < EVENTS_BURST; i++) expect(await ask('location:update', PLACE)).toMatchObject({ ok: true });
    const answers: unknown[] = [];
    for (const lat of [1, 2, 3]) {
      receive('location:update', [{ lat, lng: 0 }, (ack: unknown) => answers.push(ack)]);
      await nextTurn();
    }
    expect([taken.length, answers]).toEqual([EVENTS_BURST, []]);
    clock.advance(1_000);
    await nextTurn();
    expect(taken.at(-1)).toEqual({ lat: 3, lng: 0 });
    expect(taken).toHaveLength(EVENTS_BURST + 1);
    expect(answers).toHaveLength(3);
    expect(clock.pending).toBe(0);
  });

  it('count by when they were taken, if they say so', async () => {
    const { receive, taken } = setUpClientEvents();
    for (const at of [1_000, 3_000, 2_000]) receive('location:update', [{ lat: at / 1_000, lng: 0, at }]);
    await nextTurn();
    expect(taken).toEqual([{ lat: 3, lng: 0, at: 3_000 }]);
  });

  it('do not lose the newest good one to a bad one, before or after it', async () => {
    for (const lats of [
      [91, 1, 2],
      [1, 2, 91],
    ]) {
      const { receive, taken, metric } = setUpClientEvents();
      const answers: unknown[] = [];
      for (const lat of lats) receive('location:update', [{ lat, lng: 0 }, (ack: unknown) => answers.push(ack)]);
      await nextTurn();
      expect(taken).toEqual([{ lat: 2, lng: 0 }]);
      expect(answers).toHaveLength(3);
      expect(answers).toContainEqual(expect.objectContaining({ ok: false, code: 'invalid_payload' }));
      expect(await metric('nearby_events_rejected_total')).toBe(1);
    }
  });

  it('fail together when the newest cannot be recorded', async () => {
    const { receive } = setUpClientEvents({
      receivePosition: async () => {
        throw new CodedError('unavailable', 'in a moment');
      },
    });
    const answers: unknown[] = [];
    for (let i = 0; i < 3; i++) receive('location:update', [PLACE, (ack: unknown) => answers.push(ack)]);
    await nextTurn();
    expect(answers).toEqual(Array.from({ length: 3 }, () => expect.objectContaining({ code: 'unavailable' })));
  });

  it('are not taken after the connection has closed', async () => {
    const { clock, receive, session, taken } = setUpClientEvents({ eventsBurst: 1 });
    receive('location:update', [PLACE]);
    await nextTurn();
    receive('location:update', [PLACE]);
    await nextTurn();
    session.close();
    clock.advance(60_000);
    await nextTurn();
    expect(taken).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });
});
