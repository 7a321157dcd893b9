/** The last known positions and grants of the friends watched on this gateway, and their viewers. */

import { GridSchedule } from '@nearby-friends/geo';
import {
  type Grant,
  type GraphEpoch,
  holdSharing,
  isSameGrant,
  type PositionRecord,
  shareGrant,
  type UserId,
} from '@nearby-friends/protocol';
import type { CancelTimer, Clock, Component } from '@nearby-friends/service-kit';
import type { NearbyDelivery } from '../delivery/nearby-delivery.ts';
import { RecentMap } from '../rights/recent-map.ts';
import type { VersionedSharing } from '../rights/rights-ledger.ts';
import { prefetchViewers } from '../viewer/cache-prefetch.ts';
import type { Session, Subject, Watch } from '../viewer/session.ts';
import type { GrantSlice } from '../viewer/slices.ts';
import { createSubject, createWatch, dropAnchor, refreshGridTime, removeWatch, setLatest } from '../viewer/subject.ts';
import { BoardTimers } from './board-timers.ts';

/** A response that was read before an event arrives within seconds or never. */
const STOPPED_RETENTION_MS = 60_000;

export class FriendBoard implements Component {
  readonly name = 'friend board';
  readonly #clock: Clock;
  readonly #delivery: Pick<NearbyDelivery, 'consider' | 'considerUrgent' | 'grantChanged'>;
  readonly #onExpired: (subject: Subject) => void;
  readonly #onGrantEnded: (watch: Watch) => void;
  /** Ignored positions by reason. Plain fields, since this is the hot path. */
  readonly dropped = { unwatched: 0, older: 0, expired: 0, withheld: 0 };
  /** No position from before this time is shown to anyone, ms on Redis' clock. */
  #shownFrom = 0;
  /** When friends have ended sharing, for a friend who is watched only while a position read before that is under way. */
  readonly #stopped = new RecentMap<UserId, number>();
  readonly #subjects = new Map<UserId, Subject>();
  readonly #gridSchedule: GridSchedule;
  readonly #timers: BoardTimers;
  #cancel: CancelTimer = () => undefined;

  constructor(options: {
    ttlMs: number;
    redisNow: () => number;
    clock: Clock;
    delivery: Pick<NearbyDelivery, 'consider' | 'considerUrgent' | 'grantChanged'>;
    /** The friend's position has expired; the viewers have been notified. */
    onExpired: (subject: Subject) => void;
    /** The end time of this watch's grant has passed. */
    onGrantEnded: (watch: Watch) => void;
  }) {
    this.#clock = options.clock;
    this.#delivery = options.delivery;
    this.#onExpired = options.onExpired;
    this.#onGrantEnded = options.onGrantEnded;
    this.#gridSchedule = new GridSchedule({ ttlMs: options.ttlMs, now: options.redisNow });
    this.#timers = new BoardTimers({ ...options, gridSchedule: this.#gridSchedule });
  }

  start(): void {
    this.#cancel = this.#timers.start(this.#clock, {
      expiry: (subject) => this.#checkExpiry(subject),
      end: (item) => this.#end(item),
      gridChange: (subject) => this.#refreshGrid(subject),
    });
  }

  stop(): void {
    this.#cancel();
  }

  /** How many friends are known here. */
  get size(): number {
    return this.#subjects.size;
  }

  /** How many of them have a position that will expire. */
  get expiringPositions(): number {
    return this.#timers.expiringPositions;
  }

  /** How many grants and pauses have an end time. */
  get timedRights(): number {
    return this.#timers.timedRights;
  }

  /**
   * The known positions of friends with viewers, each with whether it is still the newest known one. An erased user has no
   * viewers.
   */
  positions(): { user: UserId; record: PositionRecord; isKnown: () => boolean }[] {
    return [...this.#subjects.values()].flatMap((subject) => {
      const { user, latest: record, watches } = subject;
      if (record === null || watches.length === 0) return [];
      return [{ user, record, isKnown: () => subject.latest === record && watches.length > 0 }];
    });
  }

  /** Whether the position has expired. */
  isExpired(record: PositionRecord): boolean {
    return this.#timers.isExpired(record);
  }

  get(user: UserId): Subject | undefined {
    return this.#subjects.get(user);
  }

  /** Adds a watch. The caller holds the friend's channel for as long as the watch lasts. */
  watch(session: Session, user: UserId, right: { grant: Grant; version: number }): Watch {
    let subject = this.#subjects.get(user);
    if (!subject) {
      subject = createSubject(user, this.#gridSchedule);
      subject.stoppedAt = this.#stopped.get(user) ?? 0;
      this.#subjects.set(user, subject);
    }
    const watch = createWatch(session, subject, right);
    subject.watches.push(watch);
    session.watches.add(watch);
    this.#timers.scheduleEnd(watch, right.grant.until);
    return watch;
  }

  /** Changes the grant of a watch. A version that is not newer, or the same grant again, changes nothing. */
  setGrant(watch: Watch & GrantSlice, { grant, version }: { grant: Grant; version: number }): void {
    if (version <= watch.version) return;
    watch.version = version;
    // Most grants that are re-read after a loss are unchanged, and a client is sent only changes.
    const held = shareGrant(grant);
    if (isSameGrant(watch.grant, held)) return;
    watch.grant = held;
    this.#timers.scheduleEnd(watch, grant.until);
    this.#delivery.grantChanged(watch);
  }

  /** The friend pauses or resumes, for all viewers. A version that is not newer changes nothing. */
  setSharing(user: UserId, { sharing, version }: VersionedSharing): void {
    const subject = this.#subjects.get(user);
    if (!subject || version <= subject.sharingVersion) return;
    subject.sharing = holdSharing(sharing);
    subject.sharingVersion = version;
    this.#timers.scheduleEnd(subject, sharing.until);
    this.#considerViewers(subject);
  }

  unwatch(watch: Watch): void {
    this.#timers.cancelEnd(watch);
    removeWatch(watch);
    watch.session.watches.delete(watch);
  }

  /** Drops a friend without viewers. */
  forget(user: UserId): void {
    const subject = this.#subjects.get(user);
    if (!subject) return;
    if (subject.watches.length > 0) throw new Error('cannot forget a friend with viewers');
    this.#timers.forget(subject);
    setLatest(subject, null);
    this.#subjects.delete(user);
  }

  /** Applies a position from any source; one that is not newer than the known one changes nothing (L3). */
  apply(user: UserId, record: PositionRecord): void {
    const subject = this.#subjects.get(user);
    if (!subject) {
      this.dropped.unwatched++;
      return;
    }
    if (record.at <= subject.stoppedAt || (subject.latest !== null && record.at <= subject.latest.at)) {
      this.dropped.older++;
      return;
    }
    if (this.#timers.isExpired(record)) {
      this.dropped.expired++;
      return;
    }
    if (record.at < this.#shownFrom) {
      this.dropped.withheld++;
      return;
    }
    setLatest(subject, record);
    this.#timers.expectExpiry(subject, record);
    prefetchViewers(subject.watches);
    for (const watch of subject.watches) this.#delivery.consider(watch);
    this.#timers.expectGridChange(subject);
  }

  /**
   * The friend has signed out and ended sharing: a position of `before` (ms on Redis' clock) or earlier is not shown any more,
   * also if it was read before and arrives later.
   */
  stopSharing(user: UserId, before: number): void {
    const now = this.#clock.now();
    this.#stopped.set(user, Math.max(before, this.#stopped.get(user) ?? 0), now);
    this.#stopped.forgetBefore(now - STOPPED_RETENTION_MS);
    const subject = this.#subjects.get(user);
    if (!subject || before <= subject.stoppedAt) return;
    subject.stoppedAt = before;
    dropAnchor(subject, before);
    if (subject.latest === null) return;
    const isOver = subject.latest.at <= before;
    if (isOver) {
      this.#timers.cancelExpiry(subject);
      setLatest(subject, null);
    }
    this.#considerViewers(subject);
    if (isOver) this.#onExpired(subject);
  }

  /**
   * The database was restored from a backup. Rights of any version are newer than the known ones. Which positions were
   * withheld after the backup is not known any more, so none from before `began` is shown. The watches stay: a friend who is
   * active is not announced again.
   */
  beginEpoch({ began }: GraphEpoch): void {
    this.#shownFrom = began;
    for (const subject of this.#subjects.values()) {
      subject.sharingVersion = -1;
      for (const watch of subject.watches) forgetVersion(watch);
      dropAnchor(subject, began - 1);
      if (subject.latest === null || subject.latest.at >= began) continue;
      this.#timers.cancelExpiry(subject);
      setLatest(subject, null);
      this.#considerViewers(subject);
    }
  }

  /**
   * Redis' clock was set back by `ms`. The times of the known positions move with it: they are as old as before, expire when
   * they would have, and the friends' next positions are newer.
   */
  clockSetBack(ms: number): void {
    this.#stopped.forgetBefore(Number.POSITIVE_INFINITY);
    for (const subject of this.#subjects.values()) {
      const { latest } = subject;
      subject.stoppedAt -= ms;
      if (latest === null) continue;
      const moved = { ...latest, at: latest.at - ms };
      setLatest(subject, moved);
      refreshGridTime(subject);
      this.#timers.scheduleExpiry(subject, moved);
      for (const watch of subject.watches) this.#delivery.consider(watch);
    }
  }

  #refreshGrid(subject: Subject): void {
    if (!refreshGridTime(subject)) return;
    for (const watch of subject.watches) this.#delivery.consider(watch);
  }

  #considerViewers({ watches }: Subject): void {
    for (const watch of watches) this.#delivery.considerUrgent(watch);
  }

  #checkExpiry(subject: Subject): void {
    const { latest } = subject;
    if (latest === null) return;
    if (!this.#timers.isExpired(latest)) {
      this.#timers.scheduleExpiry(subject, latest);
      return;
    }
    setLatest(subject, null);
    this.#considerViewers(subject);
    this.#onExpired(subject);
  }

  #end(item: Watch | Subject): void {
    if ('watches' in item) this.#considerViewers(item);
    else this.#onGrantEnded(item);
  }
}

function forgetVersion(watch: GrantSlice): void {
  watch.version = -1;
}
