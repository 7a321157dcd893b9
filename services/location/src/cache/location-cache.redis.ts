/** The location cache in Redis. */
import { orUnavailable, type Redis, runScript, runScriptBuffer } from '@nearby-friends/bus';
import {
  ERASED_USERS,
  locationKey,
  type ReceivedPosition,
  type ReleasedDevice,
  readRecordTime,
  type UserId,
} from '@nearby-friends/protocol';
import type { Logger } from '@nearby-friends/service-kit';
import { FORGET_USERS } from './forget-script.ts';
import type { LocationCache, Recorded } from './location-cache.ts';
import { FAILED, packPositions, unpackOutcomes } from './pack-positions.ts';
import {
  FORGET_FUTURE,
  GATEWAY_CHANNEL,
  MARK_ANNOUNCED,
  MAX_CLOCK_LEAD_MS,
  RECORD_POSITIONS,
  RELEASE_DEVICE,
  STOP_SHARING,
  STOPPED_FORMAT,
} from './record-script.ts';

/**
 * Maximum number of positions per script call. Redis is blocked meanwhile, about 4 µs per position. With more than about
 * 60 positions the fixed cost of a call is negligible.
 */
export const MAX_POSITIONS_PER_CALL = 100;
/** TTL of the readiness probe's entry. */
const PROBE_TTL_MS = 10_000;

/** The connection pipelines all commands of one turn of the event loop. */
export class RedisLocationCache implements LocationCache {
  readonly #redis: Redis;
  readonly #logger: Logger;
  readonly #ttlMs: number;
  readonly #probeKey: string;
  /** Before and after a gateway's id. A script has to write the prefix itself where it names no key. */
  readonly #gatewayChannel: readonly string[];

  constructor(options: { redis: Redis; logger: Logger; ttlMs: number; instanceId: string }) {
    this.#redis = options.redis;
    this.#logger = options.logger;
    this.#ttlMs = options.ttlMs;
    const [before = '', after = ''] = GATEWAY_CHANNEL;
    this.#gatewayChannel = [`${options.redis.options.keyPrefix ?? ''}${before}`, after];
    this.#probeKey = `probe:{location:${options.instanceId}}`;
  }

  async recordBatch(batch: readonly ReceivedPosition[]): Promise<readonly Recorded[]> {
    if (batch.length <= MAX_POSITIONS_PER_CALL) return await this.#record(batch);
    // One pipeline, in the order of the batch. A Redis Cluster would need groups by slot here.
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
    // One GET per key instead of MGET: in a Redis Cluster the keys are in different slots.
    const [[seconds], ...entries] = await orUnavailable(
      Promise.all([
        this.#redis.time(),
        ...users.map(async (user) => ({ user, entry: await this.#redis.getBuffer(locationKey(user)) })),
      ]),
    );
    const latest = (Number(seconds) + 1) * 1_000 + MAX_CLOCK_LEAD_MS;
    const active: { user: UserId; entry: Buffer }[] = [];
    for (const { user, entry } of entries) {
      if (entry === null || entry[0] === STOPPED_FORMAT) continue;
      if (readRecordTime(entry) > latest) this.#forgetFuture(user);
      else active.push({ user, entry });
    }
    return active;
  }

  async forget(users: readonly UserId[]): Promise<void> {
    // The entry is gone at once; its memory may be freed later. A Redis Cluster would need tombstones by slot here.
    await orUnavailable(runScript(this.#redis, FORGET_USERS, [ERASED_USERS, ...users.map(locationKey)], [this.#ttlMs]));
  }

  async stop(user: UserId, before: number): Promise<boolean> {
    return (await orUnavailable(runScript(this.#redis, STOP_SHARING, [locationKey(user)], [before]))) === 1;
  }

  async release(devices: readonly ReleasedDevice[]): Promise<void> {
    await orUnavailable(
      Promise.all(
        devices.map(({ user, device, at }) =>
          runScript(this.#redis, RELEASE_DEVICE, [locationKey(user)], [Buffer.from(device, 'hex'), at]),
        ),
      ),
    );
  }

  async checkWritable(): Promise<void> {
    await this.#redis.set(this.#probeKey, '1', 'PX', PROBE_TTL_MS);
  }

  #forgetFuture(user: UserId): void {
    runScript(this.#redis, FORGET_FUTURE, [locationKey(user)], []).catch((error: unknown) => {
      this.#logger.debug({ reason: reasonOf(error) }, 'redis refused to forget an entry');
    });
  }

  async #record(positions: readonly ReceivedPosition[]): Promise<readonly Recorded[]> {
    const keys = positions.map(({ user }) => locationKey(user));
    keys.push(ERASED_USERS);
    try {
      const args = [this.#ttlMs, packPositions(positions), ...this.#gatewayChannel];
      const reply = await runScriptBuffer(this.#redis, RECORD_POSITIONS, keys, args);
      const [recorded, reason] = reply as [Buffer, Buffer?];
      if (reason) this.#logger.debug({ reason: reason.toString() }, 'redis refused a position');
      return unpackOutcomes(recorded);
    } catch (error) {
      this.#logger.debug({ reason: reasonOf(error) }, 'redis refused a batch of positions');
      return positions.map(() => FAILED);
    }
  }
}

/** The message only: ioredis attaches the command's arguments, and with them positions, to the error. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
