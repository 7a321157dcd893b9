/** The location cache on Redis. */
import { type Redis, runScript, runScriptBuffer } from '@nearby-friends/bus';
import { locationKey, type ReceivedPosition, type UserId } from '@nearby-friends/protocol';
import type { Logger } from '@nearby-friends/service-kit';
import type { LocationCache, Recorded } from './location-cache.ts';
import { FAILED, packPositions, unpackAnswers } from './record-batch.ts';
import { MARK_ANNOUNCED, RECORD_POSITIONS } from './record-script.ts';

/**
 * How many positions one script call takes at most: Redis does nothing else meanwhile, some 4 µs for each. Beyond
 * some 60 in one call, what a call costs by itself no longer tells.
 */
export const MAX_POSITIONS_PER_CALL = 100;
/** How long the entry of a readiness probe lives. */
const PROBE_TTL_MS = 10_000;

/** All commands of one turn of the event loop go to Redis in one pipeline (the connection pipelines by itself). */
export class RedisLocationCache implements LocationCache {
  readonly #redis: Redis;
  readonly #logger: Logger;
  readonly #ttlMs: number;
  readonly #probeKey: string;

  constructor(options: { redis: Redis; logger: Logger; ttlMs: number; instanceId: string }) {
    this.#redis = options.redis;
    this.#logger = options.logger;
    this.#ttlMs = options.ttlMs;
    this.#probeKey = `probe:{location:${options.instanceId}}`;
  }

  async recordBatch(batch: readonly ReceivedPosition[]): Promise<readonly Recorded[]> {
    if (batch.length <= MAX_POSITIONS_PER_CALL) return await this.#record(batch);
    // One pipeline, in the order of the batch. For a Redis Cluster they would be grouped by slot here.
    const calls: Promise<readonly Recorded[]>[] = [];
    for (let i = 0; i < batch.length; i += MAX_POSITIONS_PER_CALL) {
      calls.push(this.#record(batch.slice(i, i + MAX_POSITIONS_PER_CALL)));
    }
    return (await Promise.all(calls)).flat();
  }

  async markAnnounced(user: UserId, activeSince: number): Promise<void> {
    await runScript(this.#redis, MARK_ANNOUNCED, [locationKey(user)], [activeSince]);
  }

  async readActive(users: readonly UserId[]): Promise<{ user: UserId; entry: Buffer }[]> {
    // One GET per key rather than MGET: on a Redis Cluster the keys live in different slots.
    const entries = await Promise.all(
      users.map(async (user) => ({ user, entry: await this.#redis.getBuffer(locationKey(user)) })),
    );
    return entries.filter((found): found is { user: UserId; entry: Buffer } => found.entry !== null);
  }

  async forget(users: readonly UserId[]): Promise<void> {
    // One DEL per key, as above. The memory may be given back later; the entry is gone at once.
    await Promise.all(users.map((user) => this.#redis.unlink(locationKey(user))));
  }

  async proveWritable(): Promise<void> {
    await this.#redis.set(this.#probeKey, '1', 'PX', PROBE_TTL_MS);
  }

  async #record(positions: readonly ReceivedPosition[]): Promise<readonly Recorded[]> {
    const keys = positions.map(({ user }) => locationKey(user));
    try {
      const args = [this.#ttlMs, packPositions(positions)];
      const answer = await runScriptBuffer(this.#redis, RECORD_POSITIONS, keys, args);
      const [recorded, reason] = answer as [Buffer, Buffer?];
      if (reason) this.#logger.debug({ reason: reason.toString() }, 'a position was not taken by redis');
      return unpackAnswers(recorded);
    } catch (error) {
      this.#logger.debug({ reason: reasonOf(error) }, 'positions were not taken by redis');
      return positions.map(() => FAILED);
    }
  }
}

/** The message alone: ioredis hangs the command's arguments, and with them a position, on the error itself. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
