/** Composes what one session is told, from the newest positions and the rights of this moment. The hot path. */
import type { PositionRecord, UserId } from '@nearby-friends/protocol';
import type { Logger } from '@nearby-friends/service-kit';
import type { GatewayMetrics } from './gateway-metrics.ts';
import { type ListMessage, type ListMessageWriter, toCentimetres } from './list-message.ts';
import { takePending } from './pending-watches.ts';
import type { ReadonlyEdges, RightsLedger } from './rights-ledger.ts';
import type { OwnPosition, Session } from './session.ts';
import { isShown, marginInside, marginOutside, NOT_VISIBLE, visibleDistance } from './visibility.ts';
import { NONE_TOLD, type Watch } from './watch.ts';

/** A viewer's own movement is worth a message about a resting friend from this change of the distance on, metres. */
export const TOLD_DISTANCE_TOLERANCE = 0.5;

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
      watch.isTold = false;
      const distance = visibleDistance(watch, own, now);
      const { latest } = watch.subject;
      if (distance === NOT_VISIBLE || latest === null || this.#isForbidden(watch, edges, now)) {
        keepMarginOutside(watch, now);
        continue;
      }
      noteTold(watch, distance);
      session.reach?.keep(marginInside(session, distance));
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
      if (distance !== NOT_VISIBLE && latest !== null && !this.#isForbidden(watch, edges, now)) {
        session.reach?.keep(marginInside(session, distance));
        const isNews = watch.subject.version !== watch.toldVersion;
        if (watch.isTold && !isNews && isRightAtClient(watch, distance)) continue;
        if (watch.isTold && isNews) newsAt = Math.min(newsAt, latest.at);
        noteTold(watch, distance);
        upserts++;
        writer.addFriend(watch, latest, distance);
      } else {
        keepMarginOutside(watch, now);
        if (!watch.isTold) continue;
        watch.isTold = false;
        removed.push(user);
      }
    }
    if (upserts === 0 && removed.length === 0) return null;
    this.#metrics.frames.inc();
    if (Number.isFinite(newsAt)) this.#metrics.deliveryLatency.observe(Math.max(0, now - newsAt) / 1000);
    this.#metrics.deliveries.inc(upserts);
    return writer.endChanges(removed, session.transport.takesPing());
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
  if (session.reach !== null) return true;
  return Math.abs(toCentimetres(distanceMeters) - toldCentimetres) < toCentimetres(TOLD_DISTANCE_TOLERANCE);
}

/** Whose right has ended appears by a change of the right alone, wherever the viewer moves. */
function keepMarginOutside(watch: Watch, now: number): void {
  const { reach } = watch.session;
  if (reach !== null && isShown(watch, now)) reach.keep(marginOutside(watch));
}
