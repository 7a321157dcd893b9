/** All sessions of this gateway: how they begin, how they end, whose token has run out. */
import type { UserId } from '@nearby-friends/protocol';
import type { CancelTimer, Clock, Component, Logger } from '@nearby-friends/service-kit';
import type { FriendLists } from '../friends/friend-lists.ts';
import type { Inboxes } from '../friends/inboxes.ts';
import type { Admission } from '../viewer/admission.ts';
import { Session } from '../viewer/session.ts';
import type { Transport } from '../viewer/transport.ts';

/** A token that has run out is forgiven for this long (A2); a client that wants to stay refreshes it. */
export const TOKEN_GRACE_MS = 25_000;
const TOKEN_CHECK_INTERVAL_MS = 1_000;

export class Sessions implements Component {
  readonly name = 'sessions';
  readonly #lists: FriendLists;
  readonly #inboxes: Inboxes;
  readonly #clock: Clock;
  readonly #wallNow: () => number;
  readonly #logger: Logger;
  readonly #sessions = new Map<string, Session>();
  readonly #byUser = new Map<UserId, readonly Session[]>();
  #cancel: CancelTimer = () => undefined;

  constructor(options: {
    lists: FriendLists;
    inboxes: Inboxes;
    clock: Clock;
    /** ms since the epoch by the clock that tokens are judged by. */
    wallNow: () => number;
    logger: Logger;
  }) {
    this.#lists = options.lists;
    this.#inboxes = options.inboxes;
    this.#clock = options.clock;
    this.#wallNow = options.wallNow;
    this.#logger = options.logger;
  }

  start(): void {
    this.#cancel = this.#clock.every(TOKEN_CHECK_INTERVAL_MS, () => this.#endExpired());
  }

  stop(): void {
    this.#cancel();
  }

  get size(): number {
    return this.#sessions.size;
  }

  all(): Iterable<Session> {
    return this.#sessions.values();
  }

  /** The devices of a user that are connected here now: sessions may end while it is gone through. */
  of(user: UserId): readonly Session[] {
    return this.#byUser.get(user) ?? [];
  }

  /** How many sessions hold a list whose rights have not been read in `generation`. */
  countUnconfirmed(generation: number): number {
    let count = 0;
    for (const { phase, confirmedIn } of this.#sessions.values()) {
      if (phase.kind === 'live' && confirmedIn !== generation) count++;
    }
    return count;
  }

  /** How many sessions are in a phase. */
  countIn(kind: Session['phase']['kind']): number {
    let count = 0;
    for (const session of this.#sessions.values()) if (session.phase.kind === kind) count++;
    return count;
  }

  begin(id: string, { userId, issuedAt, expiresAt, measuresDistances }: Admission, transport: Transport): Session {
    const session = new Session({
      id,
      user: userId,
      transport,
      measuresDistances,
      tokenExpiresAt: expiresAt,
      tokenIssuedAt: issuedAt,
    });
    this.#sessions.set(id, session);
    const devices = this.#byUser.get(userId);
    this.#byUser.set(userId, devices ? [...devices, session] : [session]);
    return session;
  }

  end(session: Session): void {
    if (!this.#sessions.delete(session.id)) return;
    const others = this.of(session.user).filter((device) => device !== session);
    if (others.length > 0) this.#byUser.set(session.user, others);
    else this.#byUser.delete(session.user);
    session.close();
    this.#inboxes.leave(session);
    this.#lists.removeAll(session);
  }

  /** Tokens of this session's user issued at `before` or earlier are void: a connection with such a one is closed. */
  callBack(session: Session, before: number): void {
    session.signedOutBefore = Math.max(session.signedOutBefore ?? before, before);
    if (session.isClosed || !session.isRevoked(session.tokenIssuedAt)) return;
    this.#logger.info({ session: session.id }, 'closed a connection whose token has been called back');
    session.transport.disconnect();
  }

  #endExpired(): void {
    const oldest = this.#wallNow() - TOKEN_GRACE_MS;
    for (const session of this.#sessions.values()) {
      if (session.tokenExpiresAt > oldest) continue;
      this.#logger.info({ session: session.id }, 'closed a connection whose token has expired');
      session.transport.disconnect();
    }
  }
}
