import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { parseUserId } from '@nearby-friends/protocol';
import { ManualClock, silentLogger } from '@nearby-friends/service-kit';
import { type Activity, Announcer } from './announcer.ts';

const TTL_MS = 60_000;
/** Longer than the collection time, shorter than the first pause after a failure. */
const SOON_MS = 10;
const MAX_PAUSE_MS = 1_000;

/** An announcer whose announcements the test acknowledges or refuses. */
function setUp() {
  const clock = new ManualClock();
  const requests: { activities: readonly Activity[]; settle: (error?: Error) => void }[] = [];
  const marked: [user: string, activeSince: number][] = [];
  let markingFails = false;
  const announcer = new Announcer({
    announce: (activities) =>
      new Promise((resolve, reject) => {
        requests.push({ activities, settle: (error) => (error ? reject(error) : resolve()) });
      }),
    markAnnounced: async (user, activeSince) => {
      if (markingFails) throw new Error('redis is unavailable');
      marked.push([user, activeSince]);
    },
    clock,
    redisNow: () => clock.now(),
    logger: silentLogger,
    ttlMs: TTL_MS,
  });
  return {
    clock,
    announcer,
    marked,
    /** Advances time and runs what becomes due. */
    async pass(ms: number) {
      clock.advance(ms);
      await nextTurn();
    },
    /** Settles the oldest pending announcement, and returns its users. */
    async settle(error?: Error): Promise<string[]> {
      const next = requests.shift();
      if (!next) throw new Error('nothing was announced');
      next.settle(error);
      await nextTurn();
      return next.activities.map(({ user, position }) => `${user} at ${position.lat}`);
    },
    pendingCount: () => requests.length,
    failMarking: (fails: boolean) => {
      markingFails = fails;
    },
    activityOf: (user: string, lat = 0, at = clock.now()): Activity => ({
      user: parseUserId(user),
      activeSince: at,
      at,
      position: { lat, lng: 0 },
    }),
  };
}
const refusal = new Error('friend-graph is unavailable');

describe('an announcement', () => {
  it('gathers those who become active within a few milliseconds', async () => {
    const { announcer, activityOf, settle, pass, pendingCount, marked } = setUp();
    announcer.add(activityOf('ann'));
    announcer.add(activityOf('ben'));
    expect(pendingCount()).toBe(0);
    await pass(SOON_MS);
    expect(pendingCount()).toBe(1);
    expect(announcer.pending).toBe(2);
    expect(await settle()).toEqual(['ann at 0', 'ben at 0']);
    expect(marked.map(([user]) => user)).toEqual(['ann', 'ben']);
    expect(announcer.pending).toBe(0);
  });

  it('names no more users than one message may', async () => {
    const { announcer, activityOf, settle, pass, pendingCount } = setUp();
    for (let i = 0; i < 600; i++) announcer.add(activityOf(`user-${i}`));
    await pass(SOON_MS);
    expect(pendingCount()).toBe(3);
    const sizes = [(await settle()).length, (await settle()).length, (await settle()).length];
    expect(sizes).toEqual([256, 256, 88]);
  });

  it('carries the newest position, and is not sent twice while in flight', async () => {
    const { announcer, activityOf, settle, pass, pendingCount } = setUp();
    announcer.add(activityOf('ann', 1));
    announcer.add(activityOf('ann', 2));
    await pass(SOON_MS);
    announcer.add(activityOf('ann', 3));
    await pass(SOON_MS);
    expect(pendingCount()).toBe(1);
    expect(await settle()).toEqual(['ann at 2']);
    expect(announcer.pending).toBe(0);
  });
});

describe('what is not acknowledged', () => {
  it('is announced again and again, with growing pauses up to a second', async () => {
    const { announcer, activityOf, settle, clock, pass, pendingCount, marked } = setUp();
    announcer.add(activityOf('ann'));
    const pauses: number[] = [];
    await pass(SOON_MS);
    for (let attempt = 0; attempt < 7; attempt++) {
      await settle(refusal);
      const refusedAt = clock.now();
      while (pendingCount() === 0) await pass(5);
      pauses.push(clock.now() - refusedAt);
    }
    expect(pauses).toEqual([100, 200, 400, 800, 1_000, 1_000, 1_000]);
    expect(marked).toEqual([]);
    await settle();
    expect(marked).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('is announced with the newest position, received while in flight or waiting', async () => {
    const { announcer, activityOf, settle, pass } = setUp();
    announcer.add(activityOf('ann', 1));
    await pass(SOON_MS);
    announcer.add(activityOf('ann', 2));
    await settle(refusal);
    await pass(MAX_PAUSE_MS);
    expect(await settle(refusal)).toEqual(['ann at 2']);
    announcer.add(activityOf('ann', 3));
    await pass(MAX_PAUSE_MS);
    expect(await settle()).toEqual(['ann at 3']);
  });

  it('[S2] does not delay users who become active meanwhile', async () => {
    const { announcer, activityOf, settle, pass } = setUp();
    announcer.add(activityOf('ann'));
    await pass(SOON_MS);
    for (let attempt = 0; attempt < 5; attempt++) {
      await settle(refusal);
      await pass(MAX_PAUSE_MS);
    }
    await settle(refusal);

    announcer.add(activityOf('ben'));
    await pass(SOON_MS);
    expect(await settle()).toEqual(['ben at 0']);
    await pass(MAX_PAUSE_MS);
    expect(await settle()).toEqual(['ann at 0']);
  });

  it('is given up once its position is older than the TTL', async () => {
    const { announcer, activityOf, settle, clock, pass, pendingCount } = setUp();
    announcer.add(activityOf('ann'));
    await pass(SOON_MS);
    await pass(TTL_MS);
    await settle(refusal);
    await pass(MAX_PAUSE_MS);
    expect(pendingCount()).toBe(0);
    expect(announcer.pending).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('[L2] goes on for as long as the position lives by its own lifetime, and for the TTL where it has none', async () => {
    const { announcer, activityOf, settle, pass } = setUp();
    announcer.add(activityOf('ann'));
    announcer.add({ ...activityOf('ben'), lifetimeMs: 2 * TTL_MS });
    await pass(SOON_MS);
    await settle(refusal);
    await pass(TTL_MS);
    expect(await settle(refusal)).toEqual(['ann at 0', 'ben at 0']);
    await pass(MAX_PAUSE_MS);
    expect(await settle(refusal)).toEqual(['ben at 0']);
    await pass(TTL_MS);
    await settle(refusal);
    await pass(MAX_PAUSE_MS);
    expect(announcer.pending).toBe(0);
  });

  it('is what could not be marked as announced, too', async () => {
    const { announcer, activityOf, settle, failMarking, pass, marked } = setUp();
    failMarking(true);
    announcer.add(activityOf('ann'));
    await pass(SOON_MS);
    await settle();
    expect(announcer.pending).toBe(1);
    failMarking(false);
    await pass(MAX_PAUSE_MS);
    expect(await settle()).toEqual(['ann at 0']);
    expect(marked.map(([user]) => user)).toEqual(['ann']);
  });
});

describe('a stopping instance', () => {
  it('drains: waits until all is acknowledged', async () => {
    const { announcer, activityOf, settle, pass, clock } = setUp();
    let drained = false;
    announcer.add(activityOf('ann'));
    announcer.drain().then(
      () => {
        drained = true;
      },
      () => undefined,
    );
    await pass(SOON_MS);
    await settle(refusal);
    expect(drained).toBe(false);
    await pass(MAX_PAUSE_MS);
    await settle();
    expect(drained).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('drains no longer than three seconds', async () => {
    const { announcer, activityOf, pass } = setUp();
    announcer.add(activityOf('ann'));
    const drained = announcer.drain();
    await pass(3_000);
    await drained;
    expect(announcer.pending).toBe(1);
  });

  it('drains at once when nothing is pending', async () => {
    await setUp().announcer.drain();
  });

  it('announces nothing more once it has stopped, and leaves no timer behind', async () => {
    const { announcer, activityOf, settle, clock, pass, pendingCount } = setUp();
    announcer.add(activityOf('ann'));
    await pass(SOON_MS);
    announcer.add(activityOf('ben'));
    announcer.stop();
    await settle(refusal);
    announcer.add(activityOf('cho'));
    expect(clock.pending).toBe(0);
    await pass(TTL_MS);
    expect(pendingCount()).toBe(0);
  });
});
