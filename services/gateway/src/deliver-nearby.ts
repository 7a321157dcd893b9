/** Decides what each viewer is to be told, conflates it, and tells it. The hot path. */
import type { PositionRecord, UserId } from '@nearby-friends/protocol';
import { atMultiples, type CancelTimer, type Clock, type Component, type Logger } from '@nearby-friends/service-kit';
import { FlushSchedule, TICKS_PER_INTERVAL } from './flush-schedule.ts';
import { NONE_TOLD, type Watch } from './friend-board.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import { type ListMessage, toCentimetres } from './list-message.ts';
import { ListOutbox } from './list-outbox.ts';
import type { ReadonlyEdges, RightsLedger, VersionedRadius } from './rights-ledger.ts';
import type { OwnPosition, Session } from './session.ts';
import { mayEnter, NOT_VISIBLE, visibleDistance } from './visibility.ts';

/** A viewer's own movement is worth a message about a resting friend from this change of the distance on, metres. */
export const TOLD_DISTANCE_TOLERANCE = 0.5;

/** A viewer who moves as nobody can is told its list at most this often, ms. */
export const SLOWED_INTERVAL_MS = 2_000;

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
  readonly #logger: Logger;
  readonly #outbox = new ListOutbox();
  readonly #schedule = new FlushSchedule();
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
    this.#areRightsCurrent = options.areRightsCurrent;
    this.#ledger = options.ledger;
    this.#logger = options.logger;
  }

  start(): void {
    this.#cancel = atMultiples(this.#clock, this.#flushIntervalMs / TICKS_PER_INTERVAL, (passed) => {
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

  /** The friend or the right has changed: marks the watch if that may concern the viewer's list. */
  consider(watch: Watch): void {
    if (watch.isPending) {
      this.#metrics.conflated.inc();
      return;
    }
    const { session, isTold } = watch;
    if (session.phase.kind !== 'live') return;
    if (!isTold && !mayEnter(watch, session.phase.own)) return;
    watch.isPending = true;
    session.pending.push(watch);
    // Who enters is told soon; where somebody is who is on the list already may wait.
    if (isTold) this.#schedule.put(session);
    else this.#schedule.putSoon(session);
  }

  /** The viewer has moved: every friend's distance may have changed (N1). */
  considerAll(session: Session): void {
    const { phase, measuresDistances } = session;
    if (phase.kind !== 'live') return;
    const now = this.#redisNow();
    for (const watch of session.watches.all) {
      // Such a client needs to hear of those alone who enter or leave by it.
      if (measuresDistances && watch.isTold && visibleDistance(watch, phase.own, now) !== NOT_VISIBLE) continue;
      this.consider(watch);
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
    if (session.phase.kind === 'live') this.requestSnapshot(session);
  }

  /** The whole list is to be sent. */
  requestSnapshot(session: Session): void {
    session.needsSnapshot = true;
    this.#schedule.putSoon(session);
  }

  /** A friend is watched from now on; who has left the list but not the client's, and comes back, was never away. */
  watched(watch: Watch): void {
    if (watch.session.departed?.delete(watch.subject.user)) watch.isTold = true;
    this.consider(watch);
  }

  /** A friend is not watched any more, and leaves the list if the client holds it. */
  unwatched(watch: Watch): void {
    const { session } = watch;
    if (session.phase.kind !== 'live') return;
    if (watch.isPending) session.pending.splice(session.pending.indexOf(watch), 1);
    if (!watch.isTold) return;
    session.departed ??= new Set();
    session.departed.add(watch.subject.user);
    this.#schedule.putSoon(session);
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
    if (session.phase.kind !== 'live') return;
    if (this.#isHeldBack(session)) {
      this.#schedule.put(session);
      return;
    }
    if (session.needsSnapshot) this.#writeSnapshot(session, session.phase.own);
    else this.#writeChanges(session, session.phase.own);
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
    if (!session.transport.isWritable()) {
      this.#metrics.flushesPostponed.inc();
      return true;
    }
    if (session.slowedUntil === 0) return false;
    const now = this.#clock.now();
    return now < session.slowedUntil && now < session.toldAt + SLOWED_INTERVAL_MS;
  }

  #writeSnapshot(session: Session, own: OwnPosition): void {
    const now = this.#redisNow();
    const edges = this.#ledger.edgesOf(session.user);
    const friends: { watch: Watch; latest: PositionRecord; distance: number }[] = [];
    for (const watch of session.watches.all) {
      watch.isPending = false;
      // The list is built anew: who is between r and r · 1.05 has to come nearer first.
      watch.isTold = false;
      const distance = visibleDistance(watch, own, now);
      const { latest } = watch.subject;
      if (distance === NOT_VISIBLE || latest === null || this.#isForbidden(watch, edges, now)) continue;
      noteTold(watch, distance);
      friends.push({ watch, latest, distance });
    }
    session.pending = [];
    session.departed = null;
    session.needsSnapshot = false;
    friends.sort((a, b) => a.distance - b.distance);
    const { writer } = this.#outbox;
    writer.beginSnapshot(session.radiusMeters);
    for (const { watch, latest, distance } of friends) writer.addFriend(watch, latest, distance);
    this.#add(session, writer.endSnapshot());
    this.#metrics.snapshots.inc();
    this.#metrics.deliveries.inc(friends.length);
  }

  #writeChanges(session: Session, own: OwnPosition): void {
    const now = this.#redisNow();
    const edges = this.#ledger.edgesOf(session.user);
    const removed: UserId[] = session.departed === null ? [] : [...session.departed];
    session.departed = null;
    let upserts = 0;
    const { writer } = this.#outbox;
    writer.beginChanges();
    const { pending } = session;
    session.pending = [];
    let newsAt = Number.POSITIVE_INFINITY;
    for (const watch of pending) {
      watch.isPending = false;
      const { latest, user } = watch.subject;
      const distance = visibleDistance(watch, own, now);
      if (distance !== NOT_VISIBLE && latest !== null && !this.#isForbidden(watch, edges, now)) {
        const isNews = watch.subject.version !== watch.toldVersion;
        if (watch.isTold && !isNews && isRightAtClient(watch, distance)) continue;
        if (watch.isTold && isNews) newsAt = Math.min(newsAt, latest.at);
        noteTold(watch, distance);
        upserts++;
        writer.addFriend(watch, latest, distance);
      } else if (watch.isTold) {
        watch.isTold = false;
        removed.push(user);
      }
    }
    if (upserts === 0 && removed.length === 0) return;
    this.#add(session, writer.endChanges(removed));
    this.#metrics.frames.inc();
    if (Number.isFinite(newsAt)) this.#metrics.deliveryLatency.observe(Math.max(0, now - newsAt) / 1000);
    this.#metrics.deliveries.inc(upserts);
  }

  #add(session: Session, message: ListMessage): void {
    this.#outbox.add(session, message);
    session.toldAt = this.#clock.now();
    this.#schedule.told(session);
  }

  /**
   * A second opinion on what is about to be sent, from the events themselves and not from what was made of them. It has
   * nothing to say as long as the rest is right.
   */
  #isForbidden(watch: Watch, edges: ReadonlyEdges | undefined, now: number): boolean {
    const { session, grant } = watch;
    if (!this.#ledger.forbids(edges, watch, now)) return false;
    this.#metrics.postRevocationDeliveries.inc();
    this.#logger.error({ session: session.id, precision: grant.precision }, 'stopped a position whose right has ended');
    return true;
  }
}

function noteTold(watch: Watch, distanceMeters: number): void {
  watch.isTold = true;
  watch.toldVersion = watch.subject.version;
  watch.toldCentimetres = toCentimetres(distanceMeters);
}

/** The friend has not moved: whether the viewer has moved so little, or measures so well, that there is nothing to say. */
function isRightAtClient({ session, toldCentimetres }: Watch, distanceMeters: number): boolean {
  if (toldCentimetres === NONE_TOLD) return false;
  if (session.measuresDistances) return true;
  return Math.abs(toCentimetres(distanceMeters) - toldCentimetres) < toCentimetres(TOLD_DISTANCE_TOLERANCE);
}
