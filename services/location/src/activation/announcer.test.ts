import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { parseUserId } from '@nearby-friends/protocol';
import { ManualClock, silentLogger } from '@nearby-friends/service-kit';
import { type Activity, Announcer } from './announcer.ts';

const TTL_MS = 60_000;
/** Longer than everything is gathered for, shorter than the first pause after a failure. */
const SOON_MS = 10;
const MAX_PAUSE_MS = 1_000;

/** An announcer whose announcements the test answers. */
function setUp() {
  const clock = new ManualClock();
  const asked: { activities: readonly Activity[]; answer: (error?: Error) => void }[] = [];
  const marked: [user: string, activeSince: number][] = [];
  let markingFails = false;
  const announcer = new Announcer({
    announce: (activities) =>
      new Promise((resolve, reject) => {
        asked.push({ activities, answer: (error) => (error ? reject(error) : resolve()) });
      }),
    markAnnounced: async (user, activeSince) => {
      if (markingFails) throw new Error('redis is away');
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
    /** Moves time on and lets all that follows happen. */
    async pass(ms: number) {
      clock.advance(ms);
      await nextTurn();
    },
    /** Answers the oldest unanswered announcement, and says whom it was about. */
    async answer(error?: Error): Promise<string[]> {
      const next = asked.shift();
      if (!next) throw new Error('nothing was announced');
      next.answer(error);
      await nextTurn();
      return next.activities.map(({ user, position }) => `${user} at ${position.lat}`);
    },
    unanswered: () => asked.length,
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
const refusal = new Error('friend-graph is away');

describe('an announcement', () => {
  it('gathers those who become active within a few milliseconds', async () => {
    const { announcer, activityOf, answer, pass, unanswered, marked } = setUp();
    announcer.add(activityOf('ann'));
    announcer.add(activityOf('ben'));
    expect(unanswered()).toBe(0);
    await pass(SOON_MS);
    expect(unanswered()).toBe(1);
    expect(announcer.pending).toBe(2);
    expect(await answer()).toEqual(['ann at 0', 'ben at 0']);
    expect(marked.map(([user]) => user)).toEqual(['ann', 'ben']);
    expect(announcer.pending).toBe(0);
  });

  it('names no more users than one message may', async () => {
    const { announcer, activityOf, answer, pass, unanswered } = setUp();
    for (let i = 0; i < 600; i++) announcer.add(activityOf(`user-${i}`));
    await pass(SOON_MS);
    expect(unanswered()).toBe(3);
    const sizes = [(await answer()).length, (await answer()).length, (await answer()).length];
    expect(sizes).toEqual([256, 256, 88]);
  });

  it('carries the newest position, and is not sent twice while it is under way', async () => {
    const { announcer, activityOf, answer, pass, unanswered } = setUp();
    announcer.add(activityOf('ann', 1));
    announcer.add(activityOf('ann', 2));
    await pass(SOON_MS);
    announcer.add(activityOf('ann', 3));
    await pass(SOON_MS);
    expect(unanswered()).toBe(1);
    expect(await answer()).toEqual(['ann at 2']);
    expect(announcer.pending).toBe(0);
  });
});

describe('what is not acknowledged', () => {
  it('is announced again and again, with growing pauses up to a second', async () => {
    const { announcer, activityOf, answer, clock, pass, unanswered, marked } = setUp();
    announcer.add(activityOf('ann'));
    const pauses: number[] = [];
    await pass(SOON_MS);
    for (let attempt = 0; attempt < 7; attempt++) {
      await answer(refusal);
      const refusedAt = clock.now();
      while (unanswered() === 0) await pass(5);
      pauses.push(clock.now() - refusedAt);
    }
    expect(pauses).toEqual([100, 200, 400, 800, 1_000, 1_000, 1_000]);
    expect(marked).toEqual([]);
    await answer();
    expect(marked).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('is announced with the newest position, come while it was under way or while it waited', async () => {
    const { announcer, activityOf, answer, pass } = setUp();
    announcer.add(activityOf('ann', 1));
    await pass(SOON_MS);
    announcer.add(activityOf('ann', 2));
    await answer(refusal);
    await pass(MAX_PAUSE_MS);
    expect(await answer(refusal)).toEqual(['ann at 2']);
    announcer.add(activityOf('ann', 3));
    await pass(MAX_PAUSE_MS);
    expect(await answer()).toEqual(['ann at 3']);
  });

  it('[S2] delays nobody who becomes active meanwhile', async () => {
    const { announcer, activityOf, answer, pass } = setUp();
    announcer.add(activityOf('ann'));
    await pass(SOON_MS);
    for (let attempt = 0; attempt < 5; attempt++) {
      await answer(refusal);
      await pass(MAX_PAUSE_MS);
    }
    await answer(refusal);

    announcer.add(activityOf('ben'));
    await pass(SOON_MS);
    expect(await answer()).toEqual(['ben at 0']);
    await pass(MAX_PAUSE_MS);
    expect(await answer()).toEqual(['ann at 0']);
  });

  it('is given up once its position is older than the TTL', async () => {
    const { announcer, activityOf, answer, clock, pass, unanswered } = setUp();
    announcer.add(activityOf('ann'));
    await pass(SOON_MS);
    await pass(TTL_MS);
    await answer(refusal);
    await pass(MAX_PAUSE_MS);
    expect(unanswered()).toBe(0);
    expect(announcer.pending).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('is what could not be marked as announced, too', async () => {
    const { announcer, activityOf, answer, failMarking, pass, marked } = setUp();
    failMarking(true);
    announcer.add(activityOf('ann'));
    await pass(SOON_MS);
    await answer();
    expect(announcer.pending).toBe(1);
    failMarking(false);
    await pass(MAX_PAUSE_MS);
    expect(await answer()).toEqual(['ann at 0']);
    expect(marked.map(([user]) => user)).toEqual(['ann']);
  });
});

describe('a stopping instance', () => {
  it('drains: waits until all is acknowledged', async () => {
    const { announcer, activityOf, answer, pass, clock } = setUp();
    let drained = false;
    announcer.add(activityOf('ann'));
    announcer.drain().then(
      () => {
        drained = true;
      },
      () => undefined,
    );
    await pass(SOON_MS);
    await answer(refusal);
    expect(drained).toBe(false);
    await pass(MAX_PAUSE_MS);
    await answer();
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

  it('drains at once when nothing is to be announced', async () => {
    await setUp().announcer.drain();
  });

  it('announces nothing more once it has stopped, and leaves no timer behind', async () => {
    const { announcer, activityOf, answer, clock, pass, unanswered } = setUp();
    announcer.add(activityOf('ann'));
    await pass(SOON_MS);
    announcer.add(activityOf('ben'));
    announcer.stop();
    await answer(refusal);
    announcer.add(activityOf('cho'));
    expect(clock.pending).toBe(0);
    await pass(TTL_MS);
    expect(unanswered()).toBe(0);
  });
});
