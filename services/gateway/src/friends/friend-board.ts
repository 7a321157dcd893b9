/** The last known positions and rights of the friends watched here, and who watches them. */
import { type Grant, type PositionRecord, SHARING, shareGrant, type UserId } from '@nearby-friends/protocol';
import type { CancelTimer, Clock, Component } from '@nearby-friends/service-kit';
import type { VersionedSharing } from '../rights/rights-ledger.ts';
import { prefetchViewers } from '../viewer/cache-prefetch.ts';
import type { Session } from '../viewer/session.ts';
import { NEVER_SENT, type Subject, setLatest, type Watch } from '../viewer/watch.ts';
import { TimerWheel } from './timer-wheel.ts';

/**
 * How often the wheels turn: silence is noticed at most this much after the TTL (S5 allows a second), and so is the end
 * of a grant or a pause.
 */
const WHEEL_TICK_MS = 250;

/**
 * Silence is judged by the position's own time against Redis' clock, never by an expiry event. A subject stands on the
 * wheel once, at the tick its position would grow too old; if newer ones have come by then it is put further on, so a
 * position that comes in costs the wheel nothing. Grants and pauses that end by themselves stand on a wheel of their
 * own; most have no end.
 */
export class FriendBoard implements Component {
  readonly name = 'friend board';
  readonly #ttlMs: number;
  readonly #redisNow: () => number;
  readonly #clock: Clock;
  readonly #onMove: (watch: Watch) => void;
  readonly #onChange: (watch: Watch) => void;
  readonly #onSilent: (subject: Subject) => void;
  readonly #onGrantEnded: (watch: Watch) => void;
  /** Positions that were not taken: plain fields, since this is the hot path. */
  readonly dropped = { unwatched: 0, older: 0, expired: 0 };
  readonly #subjects = new Map<UserId, Subject>();
  readonly #silence: TimerWheel<Subject>;
  readonly #ends: TimerWheel<Watch | Subject>;
  #cancel: CancelTimer = () => undefined;

  constructor(options: {
    ttlMs: number;
    redisNow: () => number;
    clock: Clock;
    /** The friend moved or appeared. */
    onMove: (watch: Watch) => void;
    /** The friend fell silent, or a right or a pause is another now. */
    onChange: (watch: Watch) => void;
    /** The friend's position is older than the TTL; the watches have been told. */
    onSilent: (subject: Subject) => void;
    /** The time of this watch's grant is over. */
    onGrantEnded: (watch: Watch) => void;
  }) {
    this.#ttlMs = options.ttlMs;
    this.#redisNow = options.redisNow;
    this.#clock = options.clock;
    this.#onMove = options.onMove;
    this.#onChange = options.onChange;
    this.#onSilent = options.onSilent;
    this.#onGrantEnded = options.onGrantEnded;
    this.#silence = new TimerWheel({ tickMs: WHEEL_TICK_MS, now: options.redisNow });
    this.#ends = new TimerWheel({ tickMs: WHEEL_TICK_MS, now: options.redisNow });
  }

  start(): void {
    this.#cancel = this.#clock.every(WHEEL_TICK_MS, () => {
      this.#silence.turn((subject) => this.#look(subject));
      this.#ends.turn((item) => this.#end(item));
    });
  }

  stop(): void {
    this.#cancel();
  }

  /** How many friends are known here. */
  get size(): number {
    return this.#subjects.size;
  }

  /** How many of them the wheel will look at. */
  get onWheel(): number {
    return this.#silence.size;
  }

  /** How many grants and pauses are to end by themselves. */
  get timedRights(): number {
    return this.#ends.size;
  }

  get(user: UserId): Subject | undefined {
    return this.#subjects.get(user);
  }

  /** Adds a watch. The caller holds the friend's channel for as long as the watch lasts. */
  watch(session: Session, user: UserId, { grant, version }: { grant: Grant; version: number }): Watch {
    let subject = this.#subjects.get(user);
    if (!subject) {
      subject = {
        user,
        latest: null,
        version: 0,
        gridPlace: null,
        exactText: null,
        gridText: null,
        sharing: SHARING,
        sharingVersion: 0,
        watches: [],
      };
      this.#subjects.set(user, subject);
    }
    const watch: Watch = {
      session,
      subject,
      grant: shareGrant(grant),
      version,
      isSent: false,
      lastSentVersion: 0,
      lastSentCentimetres: NEVER_SENT,
      nextPending: null,
    };
    subject.watches.push(watch);
    session.watches.add(watch);
    this.#putEnd(watch, grant.until);
    return watch;
  }

  /** Changes what a watch may see. Older than what it holds changes nothing, nor does the same again. */
  setGrant(watch: Watch, { grant, version }: { grant: Grant; version: number }): void {
    if (version <= watch.version) return;
    watch.version = version;
    // After a loss most grants are read as they were: a client is told only what changed.
    if (watch.grant.precision === grant.precision && watch.grant.until === grant.until) return;
    watch.grant = shareGrant(grant);
    watch.lastSentCentimetres = NEVER_SENT;
    this.#putEnd(watch, grant.until);
    this.#onChange(watch);
  }

  /** The friend pauses or resumes, for all who watch. Older than what is known changes nothing. */
  setSharing(user: UserId, { sharing, version }: VersionedSharing): void {
    const subject = this.#subjects.get(user);
    if (!subject || version <= subject.sharingVersion) return;
    subject.sharing = sharing;
    subject.sharingVersion = version;
    this.#putEnd(subject, sharing.until);
    for (const watch of subject.watches) this.#onChange(watch);
  }

  unwatch(watch: Watch): void {
    this.#ends.remove(watch);
    removeFrom(watch.subject.watches, watch);
    watch.session.watches.delete(watch);
  }

  /** Forgets a friend whom nobody watches any more. */
  forget(user: UserId): void {
    const subject = this.#subjects.get(user);
    if (!subject) return;
    if (subject.watches.length > 0) throw new Error('forgot a friend who is watched');
    // Viewers come and go far more often than positions grow too old: nothing may be left behind until then.
    this.#silence.remove(subject);
    this.#ends.remove(subject);
    setLatest(subject, null);
    this.#subjects.delete(user);
  }

  /** Takes a position, from whatever way it came; an older one than the known changes nothing (L3). */
  apply(user: UserId, record: PositionRecord): void {
    const subject = this.#subjects.get(user);
    if (!subject) {
      this.dropped.unwatched++;
      return;
    }
    if (subject.latest !== null && record.at <= subject.latest.at) {
      this.dropped.older++;
      return;
    }
    if (record.at + this.#ttlMs <= this.#redisNow()) {
      this.dropped.expired++;
      return;
    }
    setLatest(subject, record);
    if (!this.#silence.has(subject)) this.#silence.put(subject, record.at + this.#ttlMs);
    prefetchViewers(subject.watches);
    for (const watch of subject.watches) this.#onMove(watch);
  }

  #look(subject: Subject): void {
    const { latest } = subject;
    if (latest === null) return;
    if (latest.at + this.#ttlMs > this.#redisNow()) {
      this.#silence.put(subject, latest.at + this.#ttlMs);
      return;
    }
    setLatest(subject, null);
    for (const watch of subject.watches) this.#onChange(watch);
    this.#onSilent(subject);
  }

  #putEnd(item: Watch | Subject, until: number | null): void {
    // What has ended already is not called up: whoever set it sees that.
    if (until === null || until <= this.#redisNow()) this.#ends.remove(item);
    else this.#ends.put(item, until);
  }

  #end(item: Watch | Subject): void {
    if ('watches' in item) for (const watch of item.watches) this.#onChange(watch);
    else this.#onGrantEnded(item);
  }
}

/** Without keeping the order: the last one takes the place. */
function removeFrom(watches: Watch[], watch: Watch): void {
  const place = watches.lastIndexOf(watch);
  if (place < 0) return;
  const last = watches.pop();
  if (last !== undefined && last !== watch) watches[place] = last;
}
