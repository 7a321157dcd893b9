/** Decides who is to be told, conflates what waits for them, and tells it in time. The hot path. */
import { type CancelTimer, type Clock, type Component, everyAligned, type Logger } from '@nearby-friends/service-kit';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import type { RightsLedger, VersionedRadius } from '../rights/rights-ledger.ts';
import { addPending, isPending, removePending } from '../viewer/pending-watches.ts';
import type { SafeRegion } from '../viewer/safe-region.ts';
import type { OwnPosition, Session } from '../viewer/session.ts';
import type { Watch } from '../viewer/watch.ts';
import { FlushSchedule, TICKS_PER_INTERVAL } from './flush-schedule.ts';
import { ListComposer } from './list-composer.ts';
import { ListOutbox } from './list-outbox.ts';
import {
  distanceBeyondRadius,
  distanceWithinRadius,
  isCertainlyOutside,
  NOT_VISIBLE,
  visibleDistance,
} from './visibility.ts';

/** A viewer who moves as nobody can is told its list at most this often, ms. */
export const THROTTLED_INTERVAL_MS = 2_000;

/**
 * A change only marks the watch (`consider`); what is sent is computed when the session is flushed, from the newest
 * positions, at most once per flush interval and only while its transport takes it; and it is sent in the same turn. So a slow client costs no more
 * memory than one mark per friend, and gets the newest state when it reads again (N3).
 *
 * Nothing is sent by rights that may have changed unheard (G5): not while the gateway cannot follow the graph events,
 * and not to a session whose rights were read before events may have been missed. What is pending waits.
 */
export class NearbyDelivery implements Component {
  readonly name = 'nearby delivery';
  readonly #clock: Clock;
  readonly #redisNow: () => number;
  readonly #metrics: GatewayMetrics;
  readonly #flushIntervalMs: number;
  readonly #areRightsCurrent: () => boolean;
  readonly #ledger: RightsLedger;
  readonly #outbox = new ListOutbox();
  readonly #composer: ListComposer;
  readonly #schedule = new FlushSchedule();
  readonly #slowedTicks: number;
  #cancel: CancelTimer = () => undefined;

  constructor(options: {
    clock: Clock;
    redisNow: () => number;
    metrics: GatewayMetrics;
    flushIntervalMs: number;
    /** Whether every change of rights that others may rely on has been applied here. Cheap: asked for each message. */
    areRightsCurrent: () => boolean;
    ledger: RightsLedger;
    logger: Logger;
  }) {
    this.#clock = options.clock;
    this.#redisNow = options.redisNow;
    this.#metrics = options.metrics;
    this.#flushIntervalMs = options.flushIntervalMs;
    this.#slowedTicks = (THROTTLED_INTERVAL_MS * TICKS_PER_INTERVAL) / options.flushIntervalMs;
    this.#areRightsCurrent = options.areRightsCurrent;
    this.#ledger = options.ledger;
    this.#composer = new ListComposer({ ...options, writer: this.#outbox.writer });
  }

  start(): void {
    this.#cancel = everyAligned(this.#clock, this.#flushIntervalMs / TICKS_PER_INTERVAL, (passed) => {
      this.#flushAll(() => {
        // After a standstill everybody's tick has come, however many have passed.
        for (let tick = 0; tick < Math.min(passed, TICKS_PER_INTERVAL); tick++) this.#schedule.turn(this.#flush);
      });
    });
  }

  /** Sends what is pending, as far as the transports take it. */
  drain(): void {
    this.#flushAll(() => this.#schedule.callUpAll(this.#flush));
  }

  stop(): void {
    this.#cancel();
  }

  /** The friend has moved: marks the watch if that may concern the viewer's list. */
  consider(watch: Watch): void {
    if (isPending(watch)) {
      this.#metrics.conflated.inc();
      return;
    }
    const { session } = watch;
    if (!this.#mark(watch)) return;
    // Where somebody is who is on the list, and stays there, may wait.
    if (watch.isSent && !isCertainlyOutside(watch)) this.#schedule.put(session);
    else this.#schedule.scheduleUrgent(session);
  }

  /** The same for what may take a friend off the list, or put one on it: the viewer is told soon. */
  considerUrgent(watch: Watch): void {
    if (isPending(watch) || this.#mark(watch)) this.#schedule.scheduleUrgent(watch.session);
  }

  /** Whether there may be something to tell; if so the watch is pending from now on. */
  #mark(watch: Watch): boolean {
    const { session } = watch;
    if (session.liveOwn === null) return false;
    if (!watch.isSent) {
      const margin = distanceBeyondRadius(watch);
      if (margin > 0) {
        session.reach?.keep(margin);
        return false;
      }
    }
    addPending(session, watch);
    return true;
  }

  /** The viewer has moved: every friend's distance may have changed (N1). */
  considerAllWatches(session: Session): void {
    const { liveOwn: own, reach } = session;
    if (own === null) return;
    if (reach === null) for (const watch of session.watches.all) this.consider(watch);
    else if (reach.isExitedAt(own.lat, own.lng)) this.#refreshSafeRegion(session, own, reach);
  }

  /** Finds who enters or leaves, for a client that needs to hear of nobody else. */
  #refreshSafeRegion(session: Session, own: OwnPosition, reach: SafeRegion): void {
    const now = this.#redisNow();
    reach.begin(own.lat, own.lng);
    for (const watch of session.watches.all) {
      // Who is pending is looked at when the session is flushed.
      if (isPending(watch)) continue;
      const distance = watch.isSent ? visibleDistance(watch, own, now) : NOT_VISIBLE;
      if (distance === NOT_VISIBLE) this.considerUrgent(watch);
      else reach.keep(distanceWithinRadius(session, distance));
    }
  }

  /**
   * The viewer wants to see further, or less far: the whole list is sent anew if it is open. Older than the radius that
   * is in force changes nothing.
   */
  setRadius(session: Session, { radiusMeters, version }: VersionedRadius): void {
    if (version <= session.radiusVersion) return;
    session.radiusVersion = version;
    if (session.radiusMeters === radiusMeters) return;
    session.radiusMeters = radiusMeters;
    if (session.liveOwn !== null) this.requestSnapshot(session);
  }

  /** The whole list is to be sent. */
  requestSnapshot(session: Session): void {
    session.needsSnapshot = true;
    this.#schedule.scheduleUrgent(session);
  }

  /** A friend is watched from now on; who has left the list but not the client's, and comes back, was never away. */
  watched(watch: Watch): void {
    if (watch.session.departed?.delete(watch.subject.user)) watch.isSent = true;
    this.considerUrgent(watch);
  }

  /** A friend is not watched any more, and leaves the list if the client holds it. */
  unwatched(watch: Watch): void {
    const { session } = watch;
    if (session.liveOwn === null) return;
    removePending(session, watch);
    if (!watch.isSent) return;
    session.departed ??= new Set();
    session.departed.add(watch.subject.user);
    this.#schedule.scheduleUrgent(session);
  }

  #flushAll(callUp: () => void): void {
    try {
      callUp();
    } finally {
      // In this very turn, also when one of them fails: later its rights may have ended.
      this.#sendWritten();
    }
  }

  readonly #flush = (session: Session): void => {
    const { liveOwn: own } = session;
    if (own === null) return;
    if (this.#isHeldBack(session)) {
      this.#schedule.put(session);
      return;
    }
    const composer = this.#composer;
    const message = session.needsSnapshot ? composer.writeSnapshot(session, own) : composer.writeChanges(session, own);
    if (message === null) return;
    this.#outbox.add(session, message);
    this.#schedule.told(session);
    if (this.#outbox.isFull) this.#sendWritten();
  };

  #sendWritten(): void {
    // Asked anew for each message: the process may have stood still since it was written. Then nobody knows what the
    // client holds, so the whole list goes when rights are known again.
    this.#outbox.sendAll(this.#areRightsCurrent, (session) => this.requestSnapshot(session));
  }

  #isHeldBack(session: Session): boolean {
    if (!this.#areRightsCurrent() || session.confirmedIn !== this.#ledger.generation) {
      this.#metrics.flushesFenced.inc();
      return true;
    }
    if (!session.transport.isReadyForList()) {
      this.#metrics.flushesPostponed.inc();
      return true;
    }
    if (session.throttledUntil === 0) return false;
    return this.#clock.now() < session.throttledUntil && this.#schedule.ticksSinceFlush(session) < this.#slowedTicks;
  }
}
