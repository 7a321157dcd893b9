/** Writers and followers of one stream for one test file. They end with each test. */
import type { Socket } from 'node:net';
import { type Clock, type Logger, silentLogger, systemClock } from '@nearby-friends/service-kit';
import type { RedisOfTest } from '../redis/redis.testing.ts';
import type { Redis } from '../redis/redis-connection.ts';
import { FencedStreamFollower } from './fenced-stream-follower.ts';
import { FencedStreamWriter } from './fenced-stream-writer.ts';

export const STREAM = 'events';
export const EPOCH_KEY = `{${STREAM}}:epoch`;

/** A process' clock that a test can shift. Shifted forward, it looks as if the process had been frozen. */
class ShiftedClock implements Clock {
  shiftMs = 0;
  now = () => systemClock.now() + this.shiftMs;
  after = systemClock.after;
  every = systemClock.every;
}

export interface FollowerOfTest {
  readonly follower: FencedStreamFollower;
  /** Every delivered entry, as text, including repeated deliveries. */
  readonly seen: string[];
  /** Number of calls of `onMissed`. */
  missed: number;
  /** Additional work of `onEntries`, for example throwing. */
  onEntries: (payloads: readonly string[]) => void;
  onMissed: () => void;
  readonly clock: ShiftedClock;
  /** Both connections. */
  readonly connections: readonly Redis[];
  readonly started: Promise<void>;
}

export function useFencedStream(redis: RedisOfTest) {
  const running: FollowerOfTest[] = [];
  redis.beforeItEnds(() => Promise.all(running.splice(0).map(({ follower }) => follower.stop())));

  /** Starts a follower without waiting for it. */
  function openFollower(id = 'g1', logger: Logger = silentLogger): FollowerOfTest {
    const [commands, blocking] = [redis.open('commands'), redis.open('blocking')];
    // Redis may not be running yet; the connections retry.
    for (const connection of [commands, blocking]) connection.connect().catch(() => undefined);
    const clock = new ShiftedClock();
    const follower = new FencedStreamFollower({
      redis: commands,
      blockingRedis: blocking,
      stream: STREAM,
      followerId: id,
      onEntries: (entries) => {
        const payloads = entries.map(({ payload }) => payload.toString());
        made.onEntries(payloads);
        made.seen.push(...payloads);
      },
      onMissed: () => {
        made.missed++;
        made.onMissed();
      },
      clock,
      logger,
    });
    const made: FollowerOfTest = {
      follower,
      seen: [],
      missed: 0,
      onEntries: () => undefined,
      onMissed: () => undefined,
      clock,
      connections: [commands, blocking],
      started: follower.start(),
    };
    // A test that does not wait for the start ignores its failure.
    made.started.catch(() => undefined);
    running.push(made);
    return made;
  }

  return {
    openFollower,
    async startFollower(id?: string): Promise<FollowerOfTest> {
      const made = openFollower(id);
      await made.started;
      return made;
    },
    async openWriter(options: { retentionMs?: number; clock?: Clock } = {}) {
      const connection = await redis.connect('commands');
      const writer = new FencedStreamWriter({
        redis: connection,
        stream: STREAM,
        clock: systemClock,
        logger: silentLogger,
        ...options,
      });
      return {
        writer,
        connection,
        append: (...texts: string[]) => writer.append(texts.map((text) => Buffer.from(text))),
      };
    },
  };
}

/** Blocks all data from Redis on this connection until the returned function is called, like a network partition. */
export function hold(connection: Redis): () => void {
  const { stream } = connection as unknown as { stream: Socket };
  stream.pause();
  return () => stream.resume();
}

/** Ids of the followers with a report in Redis, sorted, without their unique suffix. */
export async function reporters(control: Redis): Promise<string[]> {
  const fields = await control.hkeys(EPOCH_KEY);
  return fields
    .filter((field) => field.startsWith('follower:'))
    .map((field) => field.slice('follower:'.length, field.lastIndexOf('/')))
    .sort();
}
