/** Announces users who became active to friend-graph, until friend-graph acknowledges. */
import { BatchLimiter } from '@nearby-friends/bus';
import type { Position, UserId } from '@nearby-friends/protocol';
import { MAX_ANNOUNCED_USERS } from '@nearby-friends/protocol';
import type { CancelTimer, Clock, Component, Logger } from '@nearby-friends/service-kit';

export interface Activity {
  readonly user: UserId;
  readonly activeSince: number;
  readonly at: number;
  readonly position: Position;
  /** See `PositionRecord`. */
  readonly lifetimeMs?: number | undefined;
}

/** Announcements within this time go in one message. */
const GATHER_MS = 5;
/** With this many messages active, further announcements wait and go in larger messages. */
const MAX_CONCURRENT = 2;
const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 1_000;
/** How long a stopping instance waits for acknowledgements. The user's next position announces the rest. */
const DRAIN_DEADLINE_MS = 3_000;

/**
 * A user is gathered → in flight → (acknowledged) done, or (not acknowledged) refused → in flight → …, until the position has
 * expired. Refused users wait separately, with growing pauses, so that new activations go at once. If this instance dies, the
 * entry is still unannounced at the user's next position, and another instance announces it.
 */
export class Announcer implements Component {
  readonly name = 'announcer';
  readonly #announce: (activities: readonly Activity[]) => Promise<void>;
  readonly #markAnnounced: (user: UserId, activeSince: number) => Promise<void>;
  readonly #clock: Clock;
  readonly #redisNow: () => number;
  readonly #logger: Logger;
  readonly #ttlMs: number;
  /** Each user is in at most one of these, with the newest known position. */
  readonly #gathered = new Map<UserId, Activity>();
  readonly #inFlight = new Map<UserId, Activity>();
  readonly #refused = new Map<UserId, Activity>();
  readonly #limiter: BatchLimiter;
  #cancelGathering: CancelTimer | null = null;
  #cancelRetry: CancelTimer | null = null;
  #retryMs = RETRY_MIN_MS;
  #isStopped = false;
  #whenIdle: (() => void)[] = [];

  constructor(options: {
    /** Resolves once friend-graph has acknowledged. */
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
    this.#limiter = new BatchLimiter({ clock: options.clock, gatherMs: GATHER_MS, maxConcurrent: MAX_CONCURRENT });
  }

  /** Number of activities that are not acknowledged. */
  get pending(): number {
    return this.#gathered.size + this.#inFlight.size + this.#refused.size;
  }

  /** Announces `activity` soon. A pending activity of the same user gets the newer position. */
  add(activity: Activity): void {
    const { user } = activity;
    // Not sent again while in flight: viewers re-read the entry once they have subscribed.
    if (this.#inFlight.has(user)) this.#inFlight.set(user, activity);
    else if (this.#refused.has(user)) this.#refused.set(user, activity);
    else this.#gather(activity);
  }

  /** Resolves when nothing is left to announce, or after {@link DRAIN_DEADLINE_MS}. */
  async drain(): Promise<void> {
    if (this.pending === 0) return;
    await new Promise<void>((resolve) => {
      const cancelDeadline = this.#clock.after(DRAIN_DEADLINE_MS, resolve);
      this.#whenIdle.push(() => {
        cancelDeadline();
        resolve();
      });
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelGathering?.();
    this.#cancelRetry?.();
    this.#gathered.clear();
    this.#refused.clear();
  }

  #gather(activity: Activity): void {
    if (this.#isStopped) return;
    this.#gathered.set(activity.user, activity);
    this.#cancelGathering ??= this.#limiter.schedule(() => {
      this.#cancelGathering = null;
      this.#sendAll(this.#gathered);
    });
  }

  #retryLater(activity: Activity): void {
    if (this.#isStopped) return;
    this.#refused.set(activity.user, activity);
    if (this.#cancelRetry !== null) return;
    this.#cancelRetry = this.#clock.after(this.#retryMs, () => {
      this.#cancelRetry = null;
      this.#sendAll(this.#refused);
    });
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MAX_MS);
  }

  #sendAll(waiting: Map<UserId, Activity>): void {
    const now = this.#redisNow();
    const due = [...waiting.values()].filter(({ at, lifetimeMs = this.#ttlMs }) => at + lifetimeMs > now);
    waiting.clear();
    for (const activity of due) this.#inFlight.set(activity.user, activity);
    for (let i = 0; i < due.length; i += MAX_ANNOUNCED_USERS) {
      this.#limiter
        .run(() => this.#send(due.slice(i, i + MAX_ANNOUNCED_USERS)))
        .catch((error: unknown) => this.#logger.error({ error }, 'announcement failed unexpectedly'));
    }
    this.#resolveIfIdle();
  }

  async #send(batch: readonly Activity[]): Promise<void> {
    try {
      await this.#announce(batch);
      await Promise.all(batch.map(({ user, activeSince }) => this.#markAnnounced(user, activeSince)));
      this.#retryMs = RETRY_MIN_MS;
      for (const { user } of batch) this.#inFlight.delete(user);
    } catch (error) {
      this.#logger.warn(
        { users: batch.length, reason: error instanceof Error ? error.message : 'unknown' },
        'announcement not acknowledged',
      );
      for (const activity of batch) {
        const newest = this.#inFlight.get(activity.user) ?? activity;
        this.#inFlight.delete(activity.user);
        this.#retryLater(newest);
      }
    }
    this.#resolveIfIdle();
  }

  #resolveIfIdle(): void {
    if (this.pending > 0) return;
    for (const resolve of this.#whenIdle) resolve();
    this.#whenIdle = [];
  }
}
