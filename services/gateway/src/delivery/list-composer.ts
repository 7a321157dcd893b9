/** Composes the next list message of a session from the newest positions and the current rights. The hot path. */
import type { PositionRecord, UserId } from '@nearby-friends/protocol';
import type { Logger } from '@nearby-friends/service-kit';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import type { ReadonlyEdges, RightsLedger } from '../rights/rights-ledger.ts';
import { clearPending, takeFirstPending, takePending } from '../viewer/pending-watches.ts';
import type { Session, Watch } from '../viewer/session.ts';
import type { OwnPosition } from '../viewer/session-phase.ts';
import { type ListSlice, NEVER_SENT, type SentSlice } from '../viewer/slices.ts';
import { versionFor } from '../viewer/subject.ts';
import { toCentimetres } from '../wire/list-message-writer.ts';
import type { ListOutbox } from './list-outbox.ts';
import { distanceBeyondRadius, distanceWithinRadius, isShown, NOT_VISIBLE, visibleDistance } from './visibility.ts';

/** When only the viewer has moved, a friend is sent again from this change of the distance on, metres. */
export const RESEND_DISTANCE_METERS = 0.5;

/** The composed message is in the outbox and counts as sent. */
export class ListComposer {
  readonly #redisNow: () => number;
  readonly #outbox: ListOutbox;
  readonly #ledger: RightsLedger;
  readonly #metrics: GatewayMetrics;
  readonly #logger: Logger;

  constructor(options: {
    redisNow: () => number;
    outbox: ListOutbox;
    ledger: RightsLedger;
    metrics: GatewayMetrics;
    logger: Logger;
  }) {
    this.#redisNow = options.redisNow;
    this.#outbox = options.outbox;
    this.#ledger = options.ledger;
    this.#metrics = options.metrics;
    this.#logger = options.logger;
  }

  /** Adds a snapshot or the pending changes of a live session to the outbox. Returns whether there was anything to send. */
  compose(session: Session, own: OwnPosition): boolean {
    if (!session.needsSnapshot) return this.#composeChanges(session, own);
    this.#composeSnapshot(session, own);
    return true;
  }

  #composeSnapshot(session: Session & ListSlice, own: OwnPosition): void {
    const now = this.#redisNow();
    const edges = this.#ledger.edgesOf(session.user);
    session.safeRegion?.reset(own.lat, own.lng);
    clearPending(session);
    session.departed = null;
    session.needsSnapshot = false;
    const friends: { watch: Watch; latest: PositionRecord; distance: number }[] = [];
    for (const watch of session.watches.all) {
      // The list is rebuilt: a friend between the radius and the leave radius has to come nearer first.
      markRemoved(watch);
      const distance = visibleDistance(watch, own, now);
      const { latest } = watch.subject;
      if (distance === NOT_VISIBLE || latest === null || this.#isForbiddenAtSend(watch, latest, edges, now)) {
        keepMarginOutside(watch, now);
        continue;
      }
      markSent(watch, versionFor(watch), distance);
      session.safeRegion?.shrinkTo(distanceWithinRadius(watch, distance));
      friends.push({ watch, latest, distance });
    }
    friends.sort((a, b) => a.distance - b.distance);
    this.#outbox.beginSnapshot(session.radiusMeters);
    for (const { watch, latest, distance } of friends) this.#outbox.addFriend(watch, latest, distance);
    this.#outbox.endSnapshot(session);
    this.#metrics.snapshots.inc();
    this.#metrics.deliveries.inc(friends.length);
  }

  #composeChanges(session: Session & ListSlice, own: OwnPosition): boolean {
    const now = this.#redisNow();
    const edges = this.#ledger.edgesOf(session.user);
    const removed: UserId[] = session.departed === null ? [] : [...session.departed];
    session.departed = null;
    let upserts = 0;
    const outbox = this.#outbox;
    outbox.beginChanges();
    let oldestAt = Number.POSITIVE_INFINITY;
    let next = takeFirstPending(session);
    while (next !== null) {
      const watch = next;
      next = takePending(watch);
      const { latest, user } = watch.subject;
      const distance = visibleDistance(watch, own, now);
      if (distance !== NOT_VISIBLE && latest !== null && !this.#isForbiddenAtSend(watch, latest, edges, now)) {
        session.safeRegion?.shrinkTo(distanceWithinRadius(watch, distance));
        const version = versionFor(watch);
        const hasMoved = version !== watch.lastSentVersion;
        if (watch.isSent && !hasMoved && isClientUpToDate(watch, distance)) continue;
        // What approximate viewers see waits for its schedule on purpose.
        if (watch.isSent && hasMoved && version >= 0) oldestAt = Math.min(oldestAt, latest.at);
        markSent(watch, version, distance);
        upserts++;
        outbox.addFriend(watch, latest, distance);
      } else {
        keepMarginOutside(watch, now);
        if (!watch.isSent) continue;
        markRemoved(watch);
        removed.push(user);
      }
    }
    if (upserts === 0 && removed.length === 0) return false;
    outbox.endChanges(session, removed);
    this.#metrics.frames.inc();
    if (Number.isFinite(oldestAt)) this.#metrics.deliveryLatency.observe(Math.max(0, now - oldestAt) / 1000);
    this.#metrics.deliveries.inc(upserts);
    return true;
  }

  /**
   * The authorization check at send. It checks the recorded graph events themselves, not the state derived from them, and
   * never finds anything as long as that state is correct.
   */
  #isForbiddenAtSend(watch: Watch, latest: PositionRecord, edges: ReadonlyEdges | undefined, now: number): boolean {
    const { session, grant } = watch;
    if (!this.#ledger.forbids(edges, watch, latest.at, now)) return false;
    this.#metrics.postRevocationDeliveries.inc();
    this.#logger.error({ session: session.id, precision: grant.precision }, 'blocked a position without a valid grant');
    return true;
  }
}

function markSent(sent: SentSlice, version: number, distanceMeters: number): void {
  sent.isSent = true;
  sent.lastSentVersion = version;
  sent.lastSentCentimetres = toCentimetres(distanceMeters);
}

function markRemoved(sent: SentSlice): void {
  sent.isSent = false;
}

/** For a friend who has not moved: whether the distance at the client is still accurate. */
function isClientUpToDate({ session, lastSentCentimetres }: Watch, distanceMeters: number): boolean {
  if (lastSentCentimetres === NEVER_SENT) return false;
  if (session.safeRegion !== null) return true;
  return Math.abs(toCentimetres(distanceMeters) - lastSentCentimetres) < toCentimetres(RESEND_DISTANCE_METERS);
}

/** A friend without a valid grant needs no margin: only a change of the grant can make the friend appear. */
function keepMarginOutside(watch: Watch, now: number): void {
  const { safeRegion } = watch.session;
  if (safeRegion !== null && isShown(watch, now)) safeRegion.shrinkTo(distanceBeyondRadius(watch));
}
