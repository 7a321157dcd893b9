/** Marks what has changed for each viewer, conflates it, and flushes it in time. The hot path. */
import { type CancelTimer, type Clock, type Component, everyAligned, type Logger } from '@nearby-friends/service-kit';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import type { RightsLedger } from '../rights/rights-ledger.ts';
import { addPending, isPending, removePending } from '../viewer/pending-watches.ts';
import type { SafeRegion } from '../viewer/safe-region.ts';
import type { Session, Watch } from '../viewer/session.ts';
import type { OwnPosition } from '../viewer/session-phase.ts';
import { type ListSlice, NEVER_SENT, type SentSlice } from '../viewer/slices.ts';
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

/** Minimum interval between list updates for viewers with implausible speed, ms. */
export const THROTTLED_INTERVAL_MS = 2_000;

/**
 * A change only marks the watch as pending. The message is composed when the session is flushed, from the newest
 * positions, at most once per flush interval and only while the transport is writable, and is sent in the same turn. So a
 * slow client costs no more memory than one mark per friend, and receives the newest state when it reads again (N3).
 *
 * Nothing is sent while a revocation may have been missed (G5): neither while the gateway does not follow the graph
 * events, nor to a session whose rights were read before events may have been missed. Changes stay pending meanwhile.
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
  readonly #throttledTicks: number;
  #cancel: CancelTimer = () => undefined;

  constructor(options: {
    clock: Clock;
    redisNow: () => number;
    metrics: GatewayMetrics;
    flushIntervalMs: number;
    /** Whether all revocations that others rely on are applied here. Cheap: called for each message. */
    areRightsCurrent: () => boolean;
    ledger: RightsLedger;
    logger: Logger;
  }) {
    this.#clock = options.clock;
    this.#redisNow = options.redisNow;
    this.#metrics = options.metrics;
    this.#flushIntervalMs = options.flushIntervalMs;
    this.#throttledTicks = (THROTTLED_INTERVAL_MS * TICKS_PER_INTERVAL) / options.flushIntervalMs;
    this.#areRightsCurrent = options.areRightsCurrent;
    this.#ledger = options.ledger;
    this.#composer = new ListComposer({ ...options, outbox: this.#outbox });
  }

  start(): void {
    this.#cancel = everyAligned(this.#clock, this.#flushIntervalMs / TICKS_PER_INTERVAL, (passed) => {
      this.#sendAfter(() => {
        // After a pause of the process every session is due, however many ticks have passed.
        for (let tick = 0; tick < Math.min(passed, TICKS_PER_INTERVAL); tick++) this.#schedule.advance(this.#flush);
      });
    });
  }

  /** Sends what is pending to every client whose transport is writable. */
  drain(): void {
    this.#sendAfter(() => this.#schedule.dispatchAll(this.#flush));
  }

  stop(): void {
    this.#cancel();
  }

  /** The friend has moved: marks the watch if the viewer's list may change. */
  consider(watch: Watch): void {
    if (isPending(watch)) {
      this.#metrics.conflated.inc();
      return;
    }
    const { session } = watch;
    if (!this.#mark(watch)) return;
    // A friend who is on the list and stays on it may wait.
    if (watch.isSent && !isCertainlyOutside(watch)) this.#schedule.schedule(session);
    else this.#schedule.scheduleUrgent(session);
  }

  /** The same for a change that may add the friend to the list or remove it: the viewer is flushed soon. */
  considerUrgent(watch: Watch): void {
    if (isPending(watch) || this.#mark(watch)) this.#schedule.scheduleUrgent(watch.session);
  }

  /** The grant is another now, so what the client holds of the friend is out of date. */
  grantChanged(watch: Watch & SentSlice): void {
    watch.lastSentCentimetres = NEVER_SENT;
    this.considerUrgent(watch);
  }

  /** Returns whether the list may change; if so the watch is pending from now on. */
  #mark(watch: Watch): boolean {
    const { session } = watch;
    if (session.liveOwn === null) return false;
    if (!watch.isSent) {
      const margin = distanceBeyondRadius(watch);
      if (margin > 0) {
        session.safeRegion?.shrinkTo(margin);
        return false;
      }
    }
    addPending(session, watch);
    return true;
  }

  /** The viewer has moved: the distance of every friend may have changed (N1). */
  considerAllWatches(session: Session): void {
    const { liveOwn: own, safeRegion } = session;
    if (own === null) return;
    if (safeRegion === null) for (const watch of session.watches.all) this.consider(watch);
    else if (safeRegion.isExitedAt(own.lat, own.lng)) this.#refreshSafeRegion(session, own, safeRegion);
  }

  /** Finds the friends who enter or leave the list, all that a client which computes distances itself needs. */
  #refreshSafeRegion(session: Session, own: OwnPosition, safeRegion: SafeRegion): void {
    const now = this.#redisNow();
    safeRegion.reset(own.lat, own.lng);
    for (const watch of session.watches.all) {
      // The flush shrinks the region to the pending ones.
      if (isPending(watch)) continue;
      const distance = watch.isSent ? visibleDistance(watch, own, now) : NOT_VISIBLE;
      if (distance === NOT_VISIBLE) this.considerUrgent(watch);
      else safeRegion.shrinkTo(distanceWithinRadius(watch, distance));
    }
  }

  /** The next flush of the session sends the whole list. */
  requestSnapshot(session: Session & ListSlice): void {
    session.needsSnapshot = true;
    this.#schedule.scheduleUrgent(session);
  }

  /** A friend is watched from now on. One who is still on the client's list stays on it. */
  watchAdded(watch: Watch & SentSlice): void {
    if (watch.session.departed?.delete(watch.subject.user)) watch.isSent = true;
    this.considerUrgent(watch);
  }

  /** A friend is not watched any more, and is removed from the client's list. */
  watchRemoved(watch: Watch): void {
    const { session } = watch;
    if (session.liveOwn === null) return;
    removePending(session, watch);
    if (watch.isSent) this.#addDeparted(session, watch);
  }

  #addDeparted(session: Session & ListSlice, { subject }: Watch): void {
    session.departed ??= new Set();
    session.departed.add(subject.user);
    this.#schedule.scheduleUrgent(session);
  }

  #sendAfter(flushSessions: () => void): void {
    try {
      flushSessions();
    } finally {
      // In the same turn, also if a flush throws: later the rights of these messages may have ended.
      this.#sendOutbox();
    }
  }

  readonly #flush = (session: Session): void => {
    const { liveOwn: own } = session;
    if (own === null) return;
    if (this.#isHeldBack(session)) {
      this.#schedule.schedule(session);
      return;
    }
    if (!this.#composer.compose(session, own)) return;
    this.#schedule.markFlushed(session);
    if (this.#outbox.isFull) this.#sendOutbox();
  };

  #sendOutbox(): void {
    // Checked before each message, since the process may have been paused after it was composed. What the client holds is
    // unknown if its message is dropped, so it gets a snapshot once rights are current again.
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
    return this.#clock.now() < session.throttledUntil && this.#schedule.ticksSinceFlush(session) < this.#throttledTicks;
  }
}
