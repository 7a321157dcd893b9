/** Decides when OwnTracks is asked for a new fix: a friend looks, and the fix is old. */
import { type UserId, viewedKey } from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';
import { LRUCache } from 'lru-cache';
import type { Fix } from '../formats/fix.ts';

/** A younger fix is good enough, ms. */
const OLD_FROM_MS = 60_000;
/** Each one costs the phone a search for satellites. */
const INTERVAL_MS = 300_000;
/** Some 100 bytes each. One that is forgotten may be asked again. */
const MAX_DEVICES = 50_000;

/** Each replica asks for itself. A device is known by its mark. */
export class LocationRequests {
  readonly #isMarked: (key: string) => Promise<boolean>;
  readonly #redisNow: () => number;
  readonly #clock: Clock;
  readonly #askedAt = new LRUCache<string, number>({ max: MAX_DEVICES });

  constructor(options: {
    /** Whether the key exists in Redis. */
    isMarked: (key: string) => Promise<boolean>;
    redisNow: () => number;
    clock: Clock;
  }) {
    this.#isMarked = options.isMarked;
    this.#redisNow = options.redisNow;
    this.#clock = options.clock;
  }

  /** Whether the device is to be asked in this answer; it counts as asked then. Never rejects: it is a wish, not a duty. */
  async take(user: UserId, device: string, { measuredAt, isRequested = false }: Fix): Promise<boolean> {
    if (measuredAt === undefined || isRequested || this.#redisNow() - measuredAt <= OLD_FROM_MS) return false;
    const now = this.#clock.now();
    if (now - (this.#askedAt.get(device) ?? Number.NEGATIVE_INFINITY) < INTERVAL_MS) return false;
    const isViewed = await this.#isMarked(viewedKey(user)).catch(() => false);
    if (isViewed) this.#askedAt.set(device, now);
    return isViewed;
  }
}
