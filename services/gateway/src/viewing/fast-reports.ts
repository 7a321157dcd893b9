/** Asks the friends on a list that a person looks at for fast reports. */
import { inboxChannel, inboxMessageCodec, isSeenExactly, type UserId } from '@nearby-friends/protocol';
import type { Clock, Logger } from '@nearby-friends/service-kit';
import { LRUCache } from 'lru-cache';
import { isShown } from '../delivery/visibility.ts';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import { RecentMap } from '../rights/recent-map.ts';
import type { Session, Watch } from '../viewer/session.ts';
import type { ViewingMarks } from './viewing-marks.ts';

/** A subject is asked at most once in this time by one gateway, whoever looks. */
export const FAST_REPORTS_EVERY_MS = 30_000;
/** Ten minutes of fast reports per viewer, friend and hour: looking for longer must not empty a friend's battery. */
export const MAX_ASKS_PER_HOUR = 20;
const HOUR_MS = 3_600_000;
/** Pairs of viewer and friend whose asks are counted, some 200 bytes each. One that is forgotten begins a new hour. */
const MAX_PAIRS = 100_000;
const VIEWED = inboxMessageCodec.encode({ kind: 'viewed' });

interface Hour {
  /** ms on the process clock. */
  readonly beganAt: number;
  asks: number;
}

/**
 * Asks at most once, over the inbox of the subject. Only those whom the viewer sees exactly, and has been sent: fast reports would
 * tell the others that somebody looks whom they do not show themselves to.
 */
export class FastReports {
  readonly #publish: (channel: string, payload: Buffer) => Promise<unknown>;
  readonly #marks: Pick<ViewingMarks, 'viewed'>;
  readonly #redisNow: () => number;
  readonly #metrics: Pick<GatewayMetrics, 'viewedSubjects'>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #askedAt = new RecentMap<UserId, number>();
  readonly #hours = new LRUCache<string, Hour>({ max: MAX_PAIRS });

  constructor(options: {
    publish: (channel: string, payload: Buffer) => Promise<unknown>;
    marks: Pick<ViewingMarks, 'viewed'>;
    redisNow: () => number;
    metrics: Pick<GatewayMetrics, 'viewedSubjects'>;
    clock: Clock;
    logger: Logger;
  }) {
    this.#publish = options.publish;
    this.#marks = options.marks;
    this.#redisNow = options.redisNow;
    this.#metrics = options.metrics;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  ask(session: Session): void {
    const now = this.#clock.now();
    const redisNow = this.#redisNow();
    this.#askedAt.forgetBefore(now - FAST_REPORTS_EVERY_MS + 1);
    for (const watch of session.watches.all) {
      const { user } = watch.subject;
      if (this.#askedAt.get(user) !== undefined || !isSeenNow(watch, redisNow)) continue;
      if (!this.#takeAsk(session.user, user, now)) continue;
      this.#askedAt.set(user, now, now);
      this.#tell(user);
    }
  }

  /** Returns false once the viewer has had the friend asked too often in this hour. */
  #takeAsk(viewer: UserId, subject: UserId, now: number): boolean {
    // No id contains a space.
    const pair = `${viewer} ${subject}`;
    const hour = this.#hours.get(pair);
    if (hour === undefined || now - hour.beganAt >= HOUR_MS) this.#hours.set(pair, { beganAt: now, asks: 1 });
    else if (hour.asks >= MAX_ASKS_PER_HOUR) return false;
    else hour.asks++;
    return true;
  }

  #tell(subject: UserId): void {
    this.#metrics.viewedSubjects.inc();
    this.#marks.viewed(subject);
    this.#publish(inboxChannel(subject), VIEWED).catch((error: unknown) => {
      this.#logger.debug({ error }, 'a subject was not asked for fast reports');
    });
  }
}

function isSeenNow(watch: Watch, redisNow: number): boolean {
  const { latest } = watch.subject;
  return watch.isSent && latest !== null && isSeenExactly(watch.grant, latest.at) && isShown(watch, redisNow);
}
