/** Random failures of all kinds, while the guarantee of barriers is checked continuously. */
import { describe, expect, it } from '@jest/globals';
import { delay, systemClock } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { seededRandom } from '@nearby-friends/testing/seeded-random';
import { STREAM_CHAOS_SEEDS } from '@nearby-friends/testing/tiers';
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

/** A follower, and the number of the last change up to which it knows all. */
interface Watched {
  readonly made: FollowerOfTest;
  known: number;
  checked: number;
  readonly seen: Set<number>;
}

class Chaos {
  readonly #random: () => number;
  readonly watched = new Set<Watched>();
  readonly violations: string[] = [];
  /** Number of changes whose append has begun. Each is committed before, like a row in PostgreSQL. */
  begun = 0;
  /** Number of changes that Redis has accepted. */
  accepted = 0;
  /** Number of changes that a barrier has confirmed. */
  inForce = 0;
  barriers = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  below = (limit: number) => Math.floor(this.#random() * limit);

  async add(): Promise<void> {
    const made = streams.openFollower(`g${this.below(3)}`);
    made.onMissed = () => this.#coverAll(one);
    const one: Watched = { made, known: 0, checked: 0, seen: new Set() };
    await made.started;
    // A starting follower has no viewers yet; their grants are read after this.
    this.#coverAll(one);
    this.watched.add(one);
  }

  #coverAll(one: Watched): void {
    one.known = Math.max(one.known, this.begun);
  }

  /** Every follower that may act knows all confirmed changes. */
  check(): void {
    for (const one of this.watched) {
      for (; one.checked < one.made.seen.length; one.checked++) one.seen.add(Number(one.made.seen[one.checked]));
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
    // Like the outbox relay: in order, with retries until Redis accepts.
    appending = appending.then(async () => {
      await eventually(() => append(String(mine)), 60_000);
      chaos.accepted = mine;
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
  // Weighted choice.
  const draw = accidents.flatMap(([weight, run]) => Array.from({ length: weight }, () => run));

  const stopChecking = systemClock.every(1, () => chaos.check());
  for (const endsAt = performance.now() + DURATION_MS; performance.now() < endsAt; ) {
    pick(draw)?.();
    await delay(systemClock, below(40));
  }
  // Then all held connections are released, and all barriers have settled.
  await Promise.all([...waiting]);
  stopChecking();
  chaos.check();
  return chaos;
}

describe('[G4] [G5] after a barrier no follower acts on earlier state, whatever fails meanwhile', () => {
  const seeds = (process.env['TEST_SEED'] ?? STREAM_CHAOS_SEEDS).split(',').map(Number);
  it.each(seeds)(
    'seed %d',
    async (seed) => {
      const chaos = await play(seed);
      expect(chaos.violations.slice(0, 3)).toEqual([]);
      // Otherwise the run proves nothing; and the remaining followers have caught up.
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
