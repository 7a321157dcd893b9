/** Composes what one session is told, from the newest positions and the rights of this moment. The hot path. */
import type { PositionRecord, UserId } from '@nearby-friends/protocol';
import type { Logger } from '@nearby-friends/service-kit';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import type { ReadonlyEdges, RightsLedger } from '../rights/rights-ledger.ts';
import type { ListMessage } from '../viewer/list-message.ts';
import { takePending } from '../viewer/pending-watches.ts';
import type { OwnPosition, Session } from '../viewer/session.ts';
import { NEVER_SENT, type Watch } from '../viewer/watch.ts';
import { type ListMessageWriter, toCentimetres } from '../wire/list-message-writer.ts';
import { distanceBeyondRadius, distanceWithinRadius, isShown, NOT_VISIBLE, visibleDistance } from './visibility.ts';

/** A viewer's own movement is worth a message about a resting friend from this change of the distance on, metres. */
export const RESEND_DISTANCE_METERS = 0.5;

/** What it writes is about to be sent: with it the session counts as told. */
export class ListComposer {
  readonly #redisNow: () => number;
  readonly #writer: ListMessageWriter;
  readonly #ledger: RightsLedger;
  readonly #metrics: GatewayMetrics;
  readonly #logger: Logger;

  constructor(options: {
    redisNow: () => number;
    writer: ListMessageWriter;
    ledger: RightsLedger;
    metrics: GatewayMetrics;
    logger: Logger;
  }) {
    this.#redisNow = options.redisNow;
    this.#writer = options.writer;
    this.#ledger = options.ledger;
    this.#metrics = options.metrics;
    this.#logger = options.logger;
  }

  /** The whole list. */
  writeSnapshot(session: Session, own: OwnPosition): ListMessage {
    const now = this.#redisNow();
    const edges = this.#ledger.edgesOf(session.user);
    session.reach?.begin(own.lat, own.lng);
    const friends: { watch: Watch; latest: PositionRecord; distance: number }[] = [];
    for (const watch of session.watches.all) {
      watch.nextPending = null;
      // The list is built anew: who is between r and r · 1.05 has to come nearer first.
      watch.isSent = false;
      const distance = visibleDistance(watch, own, now);
      const { latest } = watch.subject;
      if (distance === NOT_VISIBLE || latest === null || this.#isForbiddenAtSend(watch, edges, now)) {
        keepMarginOutside(watch, now);
        continue;
      }
      noteTold(watch, distance);
      session.reach?.keep(distanceWithinRadius(session, distance));
      friends.push({ watch, latest, distance });
    }
    session.firstPending = null;
    session.departed = null;
    session.needsSnapshot = false;
    friends.sort((a, b) => a.distance - b.distance);
    const writer = this.#writer;
    writer.beginSnapshot(session.radiusMeters);
    for (const { watch, latest, distance } of friends) writer.addFriend(watch, latest, distance);
    this.#metrics.snapshots.inc();
    this.#metrics.deliveries.inc(friends.length);
    return writer.endSnapshot();
  }

  /** What waits for being told; null when there is nothing to say. */
  writeChanges(session: Session, own: OwnPosition): ListMessage | null {
    const now = this.#redisNow();
    const edges = this.#ledger.edgesOf(session.user);
    const removed: UserId[] = session.departed === null ? [] : [...session.departed];
    session.departed = null;
    let upserts = 0;
    const writer = this.#writer;
    writer.beginChanges();
    let next = session.firstPending;
    session.firstPending = null;
    let newsAt = Number.POSITIVE_INFINITY;
    while (next !== null) {
      const watch = next;
      next = takePending(watch);
      const { latest, user } = watch.subject;
      const distance = visibleDistance(watch, own, now);
      if (distance !== NOT_VISIBLE && latest !== null && !this.#isForbiddenAtSend(watch, edges, now)) {
        session.reach?.keep(distanceWithinRadius(session, distance));
        const isNews = watch.subject.version !== watch.lastSentVersion;
        if (watch.isSent && !isNews && isRightAtClient(watch, distance)) continue;
        if (watch.isSent && isNews) newsAt = Math.min(newsAt, latest.at);
        noteTold(watch, distance);
        upserts++;
        writer.addFriend(watch, latest, distance);
      } else {
        keepMarginOutside(watch, now);
        if (!watch.isSent) continue;
        watch.isSent = false;
        removed.push(user);
      }
    }
    if (upserts === 0 && removed.length === 0) return null;
    this.#metrics.frames.inc();
    if (Number.isFinite(newsAt)) this.#metrics.deliveryLatency.observe(Math.max(0, now - newsAt) / 1000);
    this.#metrics.deliveries.inc(upserts);
    return writer.endChanges(removed, session.transport.isPingDue());
  }

  /**
   * A second opinion on what is about to be sent, from the events themselves and not from what was made of them. It has
   * nothing to say as long as the rest is right.
   */
  #isForbiddenAtSend(watch: Watch, edges: ReadonlyEdges | undefined, now: number): boolean {
    const { session, grant } = watch;
    if (!this.#ledger.forbids(edges, watch, now)) return false;
    this.#metrics.postRevocationDeliveries.inc();
    this.#logger.error({ session: session.id, precision: grant.precision }, 'stopped a position whose right has ended');
    return true;
  }
}

function noteTold(watch: Watch, distanceMeters: number): void {
  watch.isSent = true;
  watch.lastSentVersion = watch.subject.version;
  watch.lastSentCentimetres = toCentimetres(distanceMeters);
}

/** The friend has not moved: whether the viewer has moved so little, or measures so well, that there is nothing to say. */
function isRightAtClient({ session, lastSentCentimetres }: Watch, distanceMeters: number): boolean {
  if (lastSentCentimetres === NEVER_SENT) return false;
  if (session.reach !== null) return true;
  return Math.abs(toCentimetres(distanceMeters) - lastSentCentimetres) < toCentimetres(RESEND_DISTANCE_METERS);
}

/** Whose right has ended appears by a change of the right alone, wherever the viewer moves. */
function keepMarginOutside(watch: Watch, now: number): void {
  const { reach } = watch.session;
  if (reach !== null && isShown(watch, now)) reach.keep(distanceBeyondRadius(watch));
}
