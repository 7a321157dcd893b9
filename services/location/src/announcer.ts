/** Has friend-graph tell the active friends of whoever became active, until friend-graph has acknowledged it. */
import type { Position, UserId } from '@nearby-friends/protocol';
import { MAX_ANNOUNCED_USERS } from '@nearby-friends/protocol';
import type { CancelTimer, Clock, Component, Logger } from '@nearby-friends/service-kit';

export interface Activity {
  readonly user: UserId;
  readonly activeSince: number;
  readonly at: number;
  readonly position: Position;
}

/** Announcements that come within this time go as one message. */
const GATHER_MS = 5;
const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 1_000;
/** How long a stopping instance waits for acknowledgements; what is left, the user's next position announces. */
const DRAIN_DEADLINE_MS = 3_000;

/**
 * Each user is in one of three places: nowhere, waiting (`#waiting`), or under way (`#underWay`). A failure puts it
 * back to waiting, with growing pauses, until its position is older than the TTL. Should this instance die, the user's
 * next position finds the entry still unannounced and another instance announces it.
 */
export class Announcer implements Component {
  readonly name = 'announcer';
  readonly #announce: (activities: readonly Activity[]) => Promise<void>;
  readonly #markAnnounced: (user: UserId, activeSince: number) => Promise<void>;
  readonly #clock: Clock;
  readonly #redisNow: () => number;
  readonly #logger: Logger;
  readonly #ttlMs: number;
  readonly #waiting = new Map<UserId, Activity>();
  readonly #underWay = new Set<UserId>();
  #cancelTimer: CancelTimer | null = null;
  #retryMs = RETRY_MIN_MS;
  #whenIdle: (() => void)[] = [];

  constructor(options: {
    /** Resolves once every message has been handed to Redis. */
    announce: (activities: readonly Activity[]) => Promise<void>;
    markAnnounced: (user: UserId, activeSince: number) => Promise<void>;
    clock: Clock;
    redisNow: () => number;
    logger: Logger;
    ttlMs: number;
  }) {
    this.#announce = options.announce;
    this.#markAnnounced = options.markAnnounced;
    this.#clock = options.clock;
    this.#redisNow = options.redisNow;
    this.#logger = options.logger;
    this.#ttlMs = options.ttlMs;
  }

  /** How many activities are not acknowledged yet. */
  get pending(): number {
    return this.#waiting.size + this.#underWay.size;
  }

  /** Announces `activity` soon; for a user who is already waiting the newer position is taken. */
  add(activity: Activity): void {
    // While an announcement is under way the viewers read the entry anew once they have subscribed.
    if (this.#underWay.has(activity.user)) return;
    this.#waiting.set(activity.user, activity);
    this.#schedule(GATHER_MS);
  }

  /** Resolves when nothing is left to announce, or after {@link DRAIN_DEADLINE_MS}. */
  async drain(): Promise<void> {
    if (this.pending === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenIdle.push(resolve);
      this.#clock.after(DRAIN_DEADLINE_MS, resolve);
    });
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#waiting.clear();
  }

  #schedule(ms: number): void {
    if (this.#cancelTimer !== null || this.#waiting.size === 0) return;
    this.#cancelTimer = this.#clock.after(ms, () => {
      this.#cancelTimer = null;
      for (const batch of this.#takeBatches()) {
        this.#send(batch).catch((error: unknown) => this.#logger.error({ error }, 'announcing failed unexpectedly'));
      }
    });
  }

  #takeBatches(): Activity[][] {
    const oldest = this.#redisNow() - this.#ttlMs;
    const due = [...this.#waiting.values()].filter((activity) => activity.at > oldest);
    this.#waiting.clear();
    const batches: Activity[][] = [];
    for (let i = 0; i < due.length; i += MAX_ANNOUNCED_USERS) batches.push(due.slice(i, i + MAX_ANNOUNCED_USERS));
    for (const { user } of due) this.#underWay.add(user);
    this.#settleIfIdle();
    return batches;
  }

  async #send(batch: readonly Activity[]): Promise<void> {
    try {
      await this.#announce(batch);
      await Promise.all(batch.map(({ user, activeSince }) => this.#markAnnounced(user, activeSince)));
      this.#retryMs = RETRY_MIN_MS;
      for (const { user } of batch) this.#underWay.delete(user);
    } catch (error) {
      this.#logger.warn(
        { users: batch.length, retryMs: this.#retryMs, reason: error instanceof Error ? error.message : 'unknown' },
        'an announcement was not acknowledged; trying again',
      );
      for (const activity of batch) {
        this.#underWay.delete(activity.user);
        this.#waiting.set(activity.user, activity);
      }
      this.#schedule(this.#retryMs);
      this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MAX_MS);
    }
    this.#settleIfIdle();
  }

  #settleIfIdle(): void {
    if (this.pending > 0) return;
    for (const resolve of this.#whenIdle) resolve();
    this.#whenIdle = [];
  }
}
