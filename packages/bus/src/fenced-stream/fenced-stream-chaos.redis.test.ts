/** Everything at once: what a barrier promises is looked after all the time while all that can go wrong does. */
import { describe, expect, it } from '@jest/globals';
import { delay, systemClock } from '@nearby-friends/service-kit';
import { eventually, seededRandom } from '@nearby-friends/testing';
import { useRedis } from '../redis/redis.testing.ts';
import type { FollowerOfTest } from './fenced-stream.testing.ts';
import { shortenTimes, shortTimes } from './short-times.testing.ts';

shortenTimes();
const { EPOCH_KEY, hold, STREAM, useFencedStream } = await import('./fenced-stream.testing.ts');
const { FENCE_MS, FOLLOWER_EXPIRY_MS } = shortTimes;

const redis = useRedis();
const streams = useFencedStream(redis);
const DURATION_MS = 5_000;
const MAX_FOLLOWERS = 4;

/** A follower, and up to which change (numbered in the order they were made) it knows all. */
interface Watched {
  readonly made: FollowerOfTest;
  known: number;
  looked: number;
  readonly seen: Set<number>;
}

class Chaos {
  readonly #random: () => number;
  readonly watched = new Set<Watched>();
  readonly violations: string[] = [];
  /** Changes that were begun to be appended; each is the truth before that, as a row in PostgreSQL is. */
  begun = 0;
  /** Those that Redis has taken; all up to here. */
  taken = 0;
  /** All up to here are in force, says a barrier. */
  inForce = 0;
  barriers = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  below = (limit: number) => Math.floor(this.#random() * limit);

  async add(): Promise<void> {
    const made = streams.openFollower(`g${this.below(3)}`);
    made.onMissed = () => this.#coverAll(one);
    const one: Watched = { made, known: 0, looked: 0, seen: new Set() };
    await made.started;
    // Whoever starts has nobody to deliver to; those who come are looked up after this.
    this.#coverAll(one);
    this.watched.add(one);
  }

  #coverAll(one: Watched): void {
    one.known = Math.max(one.known, this.begun);
  }

  /** No follower that may act is without a change that is in force. */
  check(): void {
    for (const one of this.watched) {
      for (; one.looked < one.made.seen.length; one.looked++) one.seen.add(Number(one.made.seen[one.looked]));
      while (one.seen.has(one.known + 1)) one.known++;
      if (one.made.follower.isCurrent && one.known < this.inForce) {
        this.violations.push(`knows ${one.known} of ${this.inForce}`);
      }
    }
  }
}

async function play(seed: number): Promise<Chaos> {
  const chaos = new Chaos(seed);
  const { below } = chaos;
  const control = await redis.connect('commands');
  const writers = [await streams.openWriter(), await streams.openWriter()];
  const short = await streams.openWriter({ retentionMs: 300 });
  for (const { writer } of [...writers, short]) await writer.trim();
  for (let i = 0; i < 3; i++) await chaos.add();
  const waiting: Promise<unknown>[] = [];
  let appending: Promise<unknown> = Promise.resolve();
  const pick = <T>(items: Iterable<T>): T | undefined => {
    const all = [...items];
    return all[below(all.length)];
  };
  const later = (ms: number, run: () => void) => waiting.push(delay(systemClock, ms).then(run));
  const one = (): FollowerOfTest | undefined => pick(chaos.watched)?.made;

  const change = () => {
    const { append, writer } = pick(writers) ?? short;
    const mine = ++chaos.begun;
    // As the relay does: in order, again until Redis has it.
    appending = appending.then(async () => {
      await eventually(() => append(String(mine)), 60_000);
      chaos.taken = mine;
    });
    const barrier = appending
      .then(() => writer.barrier())
      .then(
        () => {
          chaos.barriers++;
          chaos.inForce = Math.max(chaos.inForce, mine);
          chaos.check();
        },
        () => undefined,
      );
    waiting.push(barrier);
  };
  const holdSome = () => {
    const connections = one()?.connections ?? [];
    const chosen = below(2) ? connections : connections.slice(below(2));
    for (const connection of chosen.slice(0, 1 + below(2))) later(below(2 * FENCE_MS), hold(connection));
  };
  const accidents: [weight: number, run: () => unknown][] = [
    [60, change],
    [12, holdSome],
    [4, () => later(below(FENCE_MS), hold((pick(writers) ?? short).connection))],
    [4, () => pick(one()?.connections ?? [])?.disconnect(true)],
    [4, () => short.writer.trim().catch(() => undefined)],
    [1, () => control.flushall().catch(() => undefined)],
    [1, () => control.del(pick([STREAM, EPOCH_KEY]) ?? STREAM).catch(() => undefined)],
    [2, () => control.script('FLUSH').catch(() => undefined)],
    [
      1,
      () => {
        redis.server.pause();
        later(below(1.5 * FENCE_MS), () => redis.server.resume());
      },
    ],
    [
      4,
      () => {
        const made = one();
        if (!made) return;
        made.onEntries = () => {
          throw new Error('hangs');
        };
        later(below(2 * FENCE_MS), () => {
          made.onEntries = () => undefined;
        });
      },
    ],
    [3, () => one()?.follower.drain()],
    // Dies without a word, and is never heard of again.
    [
      2,
      () => {
        for (const connection of one()?.connections ?? []) connection.disconnect();
      },
    ],
    [6, () => chaos.watched.size < 2 * MAX_FOLLOWERS && waiting.push(chaos.add().catch(() => undefined))],
  ];
  // As often as they weigh.
  const draw = accidents.flatMap(([weight, run]) => Array.from({ length: weight }, () => run));

  const stopChecking = systemClock.every(1, () => chaos.check());
  for (const endsAt = performance.now() + DURATION_MS; performance.now() < endsAt; ) {
    pick(draw)?.();
    await delay(systemClock, below(40));
  }
  // Everything held is let go by then, and all barriers have an answer.
  await Promise.all([...waiting]);
  stopChecking();
  chaos.check();
  return chaos;
}

describe('[G4] [G5] after a barrier nobody acts on what was before, whatever goes wrong meanwhile', () => {
  const seeds = (process.env['CHAOS_SEEDS'] ?? '1,2').split(',').map(Number);
  it.each(seeds)(
    'seed %d',
    async (seed) => {
      const chaos = await play(seed);
      expect(chaos.violations.slice(0, 3)).toEqual([]);
      // It was worth playing, and whoever is left has caught up.
      expect(chaos.barriers).toBeGreaterThan(20);
      const { writer, append } = await streams.openWriter();
      const fresh = await streams.startFollower('fresh');
      await append('0');
      await writer.barrier({ deadlineMs: 4 * FOLLOWER_EXPIRY_MS });
      expect(fresh.seen).toContain('0');
    },
    60_000,
  );
});
