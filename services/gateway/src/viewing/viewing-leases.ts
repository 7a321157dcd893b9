/** Knows at which connections a person looks, and has the friends on their lists asked for fast reports. */
import { VIEWING_LEASE_MS } from '@nearby-friends/protocol';
import type { CancelTimer, Clock, Component } from '@nearby-friends/service-kit';
import type { Session } from '../viewer/session.ts';
import type { FastReports } from './fast-reports.ts';
import type { ViewingMarks } from './viewing-marks.ts';

const TICK_MS = 1_000;
/** Friends who have come near meanwhile are asked this late at most. */
export const ASK_EVERY_MS = 10_000;

interface Lease {
  /** ms on the process clock. */
  until: number;
  /** When the session's friends are asked next. */
  nextAskAt: number;
}

/** A lease ends with its connection, or {@link VIEWING_LEASE_MS} after the client has last said that it looks. */
export class ViewingLeases implements Component {
  readonly name = 'viewing leases';
  readonly #fastReports: Pick<FastReports, 'ask'>;
  readonly #marks: Pick<ViewingMarks, 'set' | 'clear'>;
  readonly #clock: Clock;
  readonly #leases = new Map<Session, Lease>();
  #cancel: CancelTimer = () => undefined;

  constructor(options: {
    fastReports: Pick<FastReports, 'ask'>;
    marks: Pick<ViewingMarks, 'set' | 'clear'>;
    clock: Clock;
  }) {
    this.#fastReports = options.fastReports;
    this.#marks = options.marks;
    this.#clock = options.clock;
  }

  start(): void {
    this.#cancel = this.#clock.every(TICK_MS, () => this.#tick());
  }

  stop(): void {
    this.#cancel();
  }

  get size(): number {
    return this.#leases.size;
  }

  set(session: Session, isViewing: boolean): void {
    if (isViewing) this.#begin(session);
    else this.#end(session);
  }

  #begin(session: Session): void {
    const now = this.#clock.now();
    const until = now + VIEWING_LEASE_MS;
    const known = this.#leases.get(session);
    if (known) known.until = until;
    else this.#leases.set(session, { until, nextAskAt: now });
    this.#marks.set(session.user);
    if (!known) this.#ask(session, now);
  }

  #end(session: Session): void {
    if (!this.#leases.delete(session)) return;
    for (const { user } of this.#leases.keys()) if (user === session.user) return;
    this.#marks.clear(session.user);
  }

  #tick(): void {
    const now = this.#clock.now();
    for (const [session, { until, nextAskAt }] of this.#leases) {
      // The mark of a lost connection ends by itself: the client may be connected to another gateway by now.
      if (session.isClosed || now >= until) this.#leases.delete(session);
      else if (now >= nextAskAt) this.#ask(session, now);
    }
  }

  #ask(session: Session, now: number): void {
    const lease = this.#leases.get(session);
    // Without a list there are no friends to ask; soon there may be.
    if (!lease || session.phase.kind !== 'live' || session.needsSnapshot) return;
    lease.nextAskAt = now + ASK_EVERY_MS;
    this.#fastReports.ask(session);
  }
}
