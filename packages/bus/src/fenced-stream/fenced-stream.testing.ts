/** Writers and followers of one stream for one test file, that end with each test whatever became of it. */
import type { Socket } from 'node:net';
import { type Clock, type Logger, silentLogger, systemClock } from '@nearby-friends/service-kit';
import type { RedisOfTest } from '../redis/redis.testing.ts';
import type { Redis } from '../redis/redis-connection.ts';
import { FencedStreamFollower } from './fenced-stream-follower.ts';
import { FencedStreamWriter } from './fenced-stream-writer.ts';

export const STREAM = 'events';
export const EPOCH_KEY = `{${STREAM}}:epoch`;

/** A process' clock that a test may set apart from all others: forward looks as if the process had been frozen. */
export class ShiftedClock implements Clock {
  shiftMs = 0;
  now = () => systemClock.now() + this.shiftMs;
  after = systemClock.after;
  every = systemClock.every;
}

export interface FollowerOfTest {
  readonly follower: FencedStreamFollower;
  /** Every entry ever handed over, as text; what is read again stands here again. */
  readonly seen: string[];
  /** How often entries were missed. */
  missed: number;
  /** What `onEntries` does besides: throws, if the test wants it to. */
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

  /** Begins to start one. */
  function openFollower(id = 'g1', logger: Logger = silentLogger): FollowerOfTest {
    const [commands, blocking] = [redis.open('commands'), redis.open('blocking')];
    // Redis may not be there yet; they go on trying.
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
    // A test that does not wait for it does not care.
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

/** Lets nothing that Redis says arrive on this connection until the returned function is called, as a cut network does. */
export function hold(connection: Redis): () => void {
  const { stream } = connection as unknown as { stream: Socket };
  stream.pause();
  return () => stream.resume();
}

/** Whose reports Redis has, sorted; without what tells one life of a follower from another. */
export async function reporters(control: Redis): Promise<string[]> {
  const fields = await control.hkeys(EPOCH_KEY);
  return fields
    .filter((field) => field.startsWith('follower:'))
    .map((field) => field.slice('follower:'.length, field.lastIndexOf('/')))
    .sort();
}
