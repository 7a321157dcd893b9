/** Decides what each viewer is to be told, conflates it, and tells it. The hot path. */
import { distanceMeters, mayBeWithin } from '@nearby-friends/geo';
import {
  type Grant,
  LEAVE_RADIUS_FACTOR,
  NEARBY_CHANGES,
  NEARBY_SNAPSHOT,
  type NearbyFriend,
  type PositionRecord,
  type UserId,
} from '@nearby-friends/protocol';
import type { CancelTimer, Clock, Component } from '@nearby-friends/service-kit';
import type { Watch } from './friend-board.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import type { OwnPosition, Session } from './session.ts';

/** The flush interval is divided into this many ticks, so that not all sessions are written to at once. */
export const FLUSH_SLOTS = 10;

const NOT_VISIBLE = -1;

/**
 * A change only marks the watch (`consider`); what is sent is computed when the session is flushed, from the newest
 * positions, at most once per flush interval and only while its transport takes it. So a slow client costs no more
 * memory than one mark per friend, and gets the newest state when it reads again (N3).
 */
export class NearbyDelivery implements Component {
  readonly name = 'nearby delivery';
  readonly #clock: Clock;
  readonly #redisNow: () => number;
  readonly #metrics: GatewayMetrics;
  readonly #flushIntervalMs: number;
  readonly #dirty: Session[][] = Array.from({ length: FLUSH_SLOTS }, () => []);
  #slot = 0;
  #cancel: CancelTimer = () => undefined;

  constructor(options: {
    clock: Clock;
    redisNow: () => number;
    metrics: GatewayMetrics;
    flushIntervalMs: number;
  }) {
    this.#clock = options.clock;
    this.#redisNow = options.redisNow;
    this.#metrics = options.metrics;
    this.#flushIntervalMs = options.flushIntervalMs;
  }

  start(): void {
    this.#cancel = this.#clock.every(this.#flushIntervalMs / FLUSH_SLOTS, () => {
      this.#slot = (this.#slot + 1) % FLUSH_SLOTS;
      this.#flushSlot(this.#slot);
    });
  }

  /** Sends what is pending, as far as the transports take it. */
  drain(): void {
    for (let slot = 0; slot < FLUSH_SLOTS; slot++) this.#flushSlot(slot);
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
    const { session } = watch;
    if (session.phase.kind !== 'live') return;
    if (!watch.isTold && !mayEnter(watch, session.phase.own)) return;
    watch.isPending = true;
    session.pending.push(watch);
    this.#markDirty(session);
  }

  /** The viewer has moved: every friend's distance may have changed (N1). */
  considerAll(session: Session): void {
    for (const watch of session.watches.values()) this.consider(watch);
  }

  /** The viewer wants to see further, or less far: the whole list is sent anew if it is open. */
  setRadius(session: Session, radiusMeters: number): void {
    if (session.radiusMeters === radiusMeters) return;
    session.radiusMeters = radiusMeters;
    if (session.phase.kind === 'live') this.requestSnapshot(session);
  }

  /** The whole list is to be sent. */
  requestSnapshot(session: Session): void {
    session.needsSnapshot = true;
    this.#markDirty(session);
  }

  /** A friend is watched from now on; who has left the list but not the client's, and comes back, was never away. */
  watched(watch: Watch): void {
    if (watch.session.departed.delete(watch.subject.user)) watch.isTold = true;
    this.consider(watch);
  }

  /** A friend is not watched any more, and leaves the list if the client holds it. */
  unwatched(watch: Watch): void {
    const { session } = watch;
    if (session.phase.kind !== 'live') return;
    if (watch.isPending) session.pending.splice(session.pending.indexOf(watch), 1);
    if (!watch.isTold) return;
    session.departed.add(watch.subject.user);
    this.#markDirty(session);
  }

  #markDirty(session: Session): void {
    if (session.isDirty) return;
    session.isDirty = true;
    this.#dirty[session.slot]?.push(session);
  }

  #flushSlot(slot: number): void {
    const sessions = this.#dirty[slot];
    if (!sessions || sessions.length === 0) return;
    const waiting: Session[] = [];
    this.#dirty[slot] = waiting;
    for (const session of sessions) {
      if (session.phase.kind !== 'live') {
        session.isDirty = false;
      } else if (session.transport.isWritable()) {
        session.isDirty = false;
        if (session.needsSnapshot) this.#sendSnapshot(session, session.phase.own);
        else this.#sendChanges(session, session.phase.own);
      } else {
        this.#metrics.flushesPostponed.inc();
        waiting.push(session);
      }
    }
  }

  #sendSnapshot(session: Session, own: OwnPosition): void {
    const now = this.#redisNow();
    const friends: NearbyFriend[] = [];
    for (const watch of session.watches.values()) {
      watch.isPending = false;
      // The list is built anew: who is between r and r · 1.05 has to come nearer first.
      watch.isTold = false;
      const distance = visibleDistance(watch, own, now);
      if (distance === NOT_VISIBLE || watch.subject.latest === null) continue;
      watch.isTold = true;
      watch.toldAt = watch.subject.latest.at;
      friends.push(toNearbyFriend(watch.subject.user, watch.subject.latest, distance));
    }
    session.pending = [];
    session.departed.clear();
    session.needsSnapshot = false;
    friends.sort((a, b) => a.distance - b.distance);
    session.transport.send(NEARBY_SNAPSHOT, { radiusMeters: session.radiusMeters, friends });
    this.#metrics.snapshots.inc();
    this.#metrics.deliveries.inc(friends.length);
  }

  #sendChanges(session: Session, own: OwnPosition): void {
    const now = this.#redisNow();
    const upserts: NearbyFriend[] = [];
    const removed: UserId[] = [...session.departed];
    session.departed.clear();
    const { pending } = session;
    session.pending = [];
    let newsAt = Number.POSITIVE_INFINITY;
    for (const watch of pending) {
      watch.isPending = false;
      const { latest, user } = watch.subject;
      const distance = visibleDistance(watch, own, now);
      if (distance !== NOT_VISIBLE && latest !== null) {
        // News of a friend on the list; others may be told now because the viewer has moved.
        if (watch.isTold && latest.at > watch.toldAt) newsAt = Math.min(newsAt, latest.at);
        watch.isTold = true;
        watch.toldAt = latest.at;
        upserts.push(toNearbyFriend(user, latest, distance));
      } else if (watch.isTold) {
        watch.isTold = false;
        removed.push(user);
      }
    }
    if (upserts.length === 0 && removed.length === 0) return;
    session.transport.send(NEARBY_CHANGES, { upserts, removed });
    this.#metrics.frames.inc();
    if (Number.isFinite(newsAt)) this.#metrics.deliveryLatency.observe(Math.max(0, now - newsAt) / 1000);
    this.#metrics.deliveries.inc(upserts.length);
  }
}

/** A cheap bound: false only if the friend is certainly not to enter the list. */
function mayEnter(watch: Watch, own: OwnPosition): boolean {
  const { latest } = watch.subject;
  if (latest === null) return false;
  const { lat, lng } = latest.position;
  return mayBeWithin(own.lat, own.lng, lat, lng, watch.session.radiusMeters);
}

/** Metres between viewer and friend, or {@link NOT_VISIBLE}. Every right and bound is checked here, at sending. */
function visibleDistance(watch: Watch, own: OwnPosition, now: number): number {
  const { session, subject, grant, isTold } = watch;
  const { latest } = subject;
  if (latest === null || !mayDeliver(grant, now)) return NOT_VISIBLE;
  const limit = isTold ? session.radiusMeters * LEAVE_RADIUS_FACTOR : session.radiusMeters;
  const { lat, lng } = latest.position;
  if (!mayBeWithin(own.lat, own.lng, lat, lng, limit)) return NOT_VISIBLE;
  const distance = distanceMeters(own.lat, own.lng, lat, lng);
  return distance <= limit ? distance : NOT_VISIBLE;
}

/** Approximate positions are not computed yet, and what cannot be computed is not delivered. */
function mayDeliver(grant: Grant, now: number): boolean {
  return grant.precision === 'exact' && (grant.until === null || now < grant.until);
}

function toNearbyFriend(id: UserId, { at, position }: PositionRecord, distance: number): NearbyFriend {
  return { id, ...position, distance, at, precision: 'exact' };
}
