/** The last known positions of the friends watched here, and who watches them. */
import type { Grant, PositionRecord, UserId } from '@nearby-friends/protocol';
import type { CancelTimer, Clock, Component } from '@nearby-friends/service-kit';
import type { Session } from './session.ts';

/** A friend whom somebody here watches. */
export interface Subject {
  readonly user: UserId;
  /** Null while nothing is known: not read yet, or silent for longer than the TTL. */
  latest: PositionRecord | null;
  readonly watches: Set<Watch>;
  /** The tick at which the wheel will look at this subject; null while it will not. */
  wheelTick: number | null;
}

/** One session's view of one friend. */
export interface Watch {
  readonly session: Session;
  readonly subject: Subject;
  grant: Grant;
  /** The client's list holds this friend. */
  isTold: boolean;
  /** The time of the position last told, ms; 0 when none was. */
  toldAt: number;
  /** In the session's `pending`. */
  isPending: boolean;
}

/** How often the wheel turns: silence is noticed at most this much after the TTL (S5 allows a second). */
const WHEEL_TICK_MS = 250;

/**
 * Silence is judged by the position's own time against Redis' clock, never by an expiry event. A subject stands on the
 * wheel once, at the tick its position would grow too old; if newer ones have come by then it is put further on, so a
 * position that comes in costs the wheel nothing.
 */
export class FriendBoard implements Component {
  readonly name = 'friend board';
  readonly #ttlMs: number;
  readonly #redisNow: () => number;
  readonly #clock: Clock;
  readonly #onChange: (watch: Watch) => void;
  readonly #onSilent: (subject: Subject) => void;
  readonly #subjects = new Map<UserId, Subject>();
  readonly #wheel = new Map<number, Set<Subject>>();
  #lastTick: number;
  #cancel: CancelTimer = () => undefined;

  constructor(options: {
    ttlMs: number;
    redisNow: () => number;
    clock: Clock;
    /** The friend moved, appeared or fell silent. */
    onChange: (watch: Watch) => void;
    /** The friend's position is older than the TTL; the watches have been told. */
    onSilent: (subject: Subject) => void;
  }) {
    this.#ttlMs = options.ttlMs;
    this.#redisNow = options.redisNow;
    this.#clock = options.clock;
    this.#onChange = options.onChange;
    this.#onSilent = options.onSilent;
    this.#lastTick = tickOf(options.redisNow());
  }

  start(): void {
    this.#lastTick = tickOf(this.#redisNow());
    this.#cancel = this.#clock.every(WHEEL_TICK_MS, () => this.#turn());
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
    let count = 0;
    for (const bucket of this.#wheel.values()) count += bucket.size;
    return count;
  }

  get(user: UserId): Subject | undefined {
    return this.#subjects.get(user);
  }

  /** Adds a watch. The caller holds the friend's channel for as long as the watch lasts. */
  watch(session: Session, user: UserId, grant: Grant): Watch {
    let subject = this.#subjects.get(user);
    if (!subject) {
      subject = { user, latest: null, watches: new Set(), wheelTick: null };
      this.#subjects.set(user, subject);
    }
    const watch: Watch = { session, subject, grant, isTold: false, toldAt: 0, isPending: false };
    subject.watches.add(watch);
    session.watches.set(user, watch);
    return watch;
  }

  unwatch(watch: Watch): void {
    watch.subject.watches.delete(watch);
    watch.session.watches.delete(watch.subject.user);
  }

  /** Forgets a friend whom nobody watches any more. */
  forget(user: UserId): void {
    const subject = this.#subjects.get(user);
    if (!subject) return;
    if (subject.watches.size > 0) throw new Error('forgot a friend who is watched');
    this.#takeOffWheel(subject);
    subject.latest = null;
    this.#subjects.delete(user);
  }

  /** Takes a position, from whatever way it came; an older one than the known changes nothing (L3). */
  apply(user: UserId, record: PositionRecord): void {
    const subject = this.#subjects.get(user);
    if (!subject) return;
    if (subject.latest !== null && record.at <= subject.latest.at) return;
    if (record.at + this.#ttlMs <= this.#redisNow()) return;
    subject.latest = record;
    if (subject.wheelTick === null) this.#putOnWheel(subject, record.at);
    for (const watch of subject.watches) this.#onChange(watch);
  }

  #putOnWheel(subject: Subject, at: number): void {
    // Never a tick that has been served already, or the subject would wait for ever.
    const served = Math.min(this.#lastTick, tickOf(this.#redisNow()));
    const tick = Math.max(tickOf(at + this.#ttlMs), served) + 1;
    subject.wheelTick = tick;
    const bucket = this.#wheel.get(tick);
    if (bucket) bucket.add(subject);
    else this.#wheel.set(tick, new Set([subject]));
  }

  /** Viewers come and go far more often than positions grow too old: nothing may be left behind until then. */
  #takeOffWheel(subject: Subject): void {
    const { wheelTick } = subject;
    if (wheelTick === null) return;
    subject.wheelTick = null;
    const bucket = this.#wheel.get(wheelTick);
    bucket?.delete(subject);
    if (bucket?.size === 0) this.#wheel.delete(wheelTick);
  }

  #turn(): void {
    const now = this.#redisNow();
    // Redis' clock was set back: the ticks come again, and what stands on them is still there.
    this.#lastTick = Math.min(this.#lastTick, tickOf(now));
    for (const last = tickOf(now); this.#lastTick < last; ) {
      const tick = ++this.#lastTick;
      const bucket = this.#wheel.get(tick);
      if (!bucket) continue;
      this.#wheel.delete(tick);
      for (const subject of bucket) this.#look(subject, now);
    }
  }

  #look(subject: Subject, now: number): void {
    subject.wheelTick = null;
    const { latest } = subject;
    if (latest === null) return;
    if (latest.at + this.#ttlMs > now) {
      this.#putOnWheel(subject, latest.at);
      return;
    }
    subject.latest = null;
    for (const watch of subject.watches) this.#onChange(watch);
    this.#onSilent(subject);
  }
}

function tickOf(ms: number): number {
  return Math.floor(ms / WHEEL_TICK_MS);
}
