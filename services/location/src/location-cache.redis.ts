/** The location cache on Redis. */
import { type Redis, runScript } from '@nearby-friends/bus';
import { locationKey, RECORD_OUTCOMES, type ReceivedPosition, type UserId } from '@nearby-friends/protocol';
import type { Logger } from '@nearby-friends/service-kit';
import type { LocationCache, Recorded } from './location-cache.ts';
import { MARK_ANNOUNCED, RECORD_POSITION } from './record-script.ts';

const FAILED: Recorded = { outcome: 'failed', at: 0, activeSince: 0, isAnnounced: true };
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

  async record({ user, at, body }: ReceivedPosition): Promise<Recorded> {
    try {
      const answer = await runScript(this.#redis, RECORD_POSITION, [locationKey(user)], [at, this.#ttlMs, body]);
      const [outcome, keptAt, announced, activeSince] = answer as [number, number, number, number];
      return { outcome: RECORD_OUTCOMES[outcome] ?? 'failed', at: keptAt, activeSince, isAnnounced: announced === 1 };
    } catch (error) {
      this.#logger.debug({ reason: reasonOf(error) }, 'a position was not taken by redis');
      return FAILED;
    }
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
}

/** The message alone: ioredis hangs the command's arguments, and with them a position, on the error itself. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
