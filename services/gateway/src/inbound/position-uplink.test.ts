import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { type Candidate, chooseByRendezvous, hashString } from '@nearby-friends/bus';
import { parseUserId, type ReceivedPosition, type RecordedPosition } from '@nearby-friends/protocol';
import { ManualClock } from '@nearby-friends/service-kit';
import { PositionUplink } from './position-uplink.ts';

const GATHER_MS = 10;

interface Sent {
  readonly batch: readonly ReceivedPosition[];
  readonly instance: string | undefined;
  answer(results: readonly RecordedPosition[]): Promise<void>;
  fail(): Promise<void>;
}

function setUp(instances: readonly string[] = ['one']) {
  const clock = new ManualClock();
  const sent: Sent[] = [];
  const candidates: Candidate[] = instances.map((id) => ({ id, hash: hashString(id) }));
  const uplink = new PositionUplink({
    location: {
      instances: () => candidates,
      record: (batch, instance) =>
        new Promise((resolve, reject) => {
          sent.push({
            batch,
            instance: instance?.id,
            answer(results) {
              resolve(results);
              return nextTurn();
            },
            fail() {
              reject(new Error('no response'));
              return nextTurn();
            },
          });
        }),
    },
    clock,
    gatherMs: GATHER_MS,
    flushIntervalMs: 1_000,
  });
  return { clock, uplink, sent, candidates };
}

let nextAt = 1;
const positionOf = (user: string): ReceivedPosition => ({
  user: parseUserId(user),
  at: nextAt++,
  body: Buffer.alloc(17),
});
const stored = (batch: readonly ReceivedPosition[]): RecordedPosition[] =>
  batch.map(({ at }) => ({ outcome: 'stored', at }));

describe('positions on their way to the location service', () => {
  it('of a few milliseconds go as one message, in order, and each learns its own outcome', async () => {
    const { clock, sent, uplink } = setUp();
    const positions = ['ann', 'ben', 'ann'].map(positionOf);
    const recorded = Promise.all(positions.map((position) => uplink.record(position)));
    // Messages leave half a gathering time after its multiples, where no tick is.
    clock.advance(GATHER_MS / 2 - 1);
    expect(sent).toHaveLength(0);
    clock.advance(1);
    expect(sent.map(({ batch }) => batch)).toEqual([positions]);
    await sent[0]?.answer([
      { outcome: 'stored', at: 7 },
      { outcome: 'superseded', at: 8 },
      { outcome: 'expired', at: 0 },
    ]);
    expect(await recorded).toEqual([
      { outcome: 'stored', at: 7 },
      { outcome: 'superseded', at: 8 },
      { outcome: 'expired', at: 0 },
    ]);
  });

  it('all go to one instance per user, as rendezvous has it', () => {
    const { candidates, clock, sent, uplink } = setUp(['one', 'two', 'three']);
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 60; i++) uplink.record(positionOf(`user-${i}`)).catch(() => undefined);
      clock.advance(GATHER_MS);
    }
    const instancesOf = new Map<string, Set<string | undefined>>();
    for (const { batch, instance } of sent) {
      for (const { user } of batch) instancesOf.set(user, (instancesOf.get(user) ?? new Set()).add(instance));
    }
    expect(instancesOf.size).toBe(60);
    for (const [user, used] of instancesOf) expect([...used]).toEqual([chooseByRendezvous(user, candidates)?.id]);
    expect(new Set(sent.map(({ instance }) => instance)).size).toBe(3);
  });

  it('are left to the bus when no instance is known', () => {
    const { clock, sent, uplink } = setUp([]);
    uplink.record(positionOf('ann')).catch(() => undefined);
    clock.advance(GATHER_MS);
    expect(sent.map(({ instance }) => instance)).toStrictEqual([undefined]);
  });

  it('do not wait for more when they are enough for a message to each instance', () => {
    const { clock, sent, uplink } = setUp(['one', 'two']);
    for (let i = 0; i < 47; i++) uplink.record(positionOf(`user-${i}`)).catch(() => undefined);
    clock.advance(0);
    expect(sent).toHaveLength(0);
    for (let i = 47; i < 60; i++) uplink.record(positionOf(`user-${i}`)).catch(() => undefined);
    clock.advance(0);
    expect(sent.map(({ instance }) => instance).sort()).toEqual(['one', 'two']);
    expect(sent.reduce((sum, { batch }) => sum + batch.length, 0)).toBe(60);
    clock.advance(GATHER_MS);
    expect(sent).toHaveLength(2);
  });

  it('are no more than 500 in one message', () => {
    const { clock, sent, uplink } = setUp();
    const users = Array.from({ length: 1_201 }, (_, i) => `user-${i}`);
    for (const user of users) uplink.record(positionOf(user)).catch(() => undefined);
    clock.advance(GATHER_MS);
    expect(sent.map(({ batch }) => batch.length)).toEqual([500, 500, 201]);
    expect(sent.flatMap(({ batch }) => batch.map(({ user }) => user))).toEqual(users);
  });

  it('are `failed` when no response, and when the answer says nothing of them', async () => {
    const { clock, sent, uplink } = setUp();
    const first = uplink.record(positionOf('ann'));
    clock.advance(GATHER_MS);
    await sent[0]?.fail();
    expect((await first).outcome).toBe('failed');

    const [second, third] = [uplink.record(positionOf('ann')), uplink.record(positionOf('ben'))];
    clock.advance(GATHER_MS);
    await sent[1]?.answer([{ outcome: 'stored', at: 1 }]);
    expect([(await second).outcome, (await third).outcome]).toEqual(['stored', 'failed']);
  });
});

describe('[W3] draining', () => {
  it('sends at once what is gathered, and waits until all is settled', async () => {
    const { clock, sent, uplink } = setUp();
    const outcomes: string[] = [];
    const note = (outcome: string) => outcomes.push(outcome);
    uplink.record(positionOf('ann')).then(() => note('ann'), note);
    clock.advance(GATHER_MS);
    uplink.record(positionOf('ben')).then(() => note('ben'), note);
    uplink.drain().then(() => note('drained'), note);
    expect(sent).toHaveLength(2);
    await sent[1]?.answer(stored(sent[1].batch));
    expect(outcomes).toEqual(['ben']);
    await sent[0]?.fail();
    expect(outcomes).toEqual(['ben', 'ann', 'drained']);
    expect(clock.pending).toBe(0);
  });

  it('has nothing to wait for when nothing is under way', async () => {
    const { sent, uplink } = setUp();
    await uplink.drain();
    expect(sent).toEqual([]);
  });

  it('does not lose a position that comes during it', async () => {
    const { clock, sent, uplink } = setUp();
    await uplink.drain();
    const late = uplink.record(positionOf('ann'));
    clock.advance(GATHER_MS);
    await sent[0]?.answer(stored(sent[0].batch));
    expect((await late).outcome).toBe('stored');
  });
});
