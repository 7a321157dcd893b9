/** All sessions of this gateway: begins and ends them, and disconnects those with an expired or revoked token. */
import { CONNECTION_CLOSING, type UserId } from '@nearby-friends/protocol';
import type { CancelTimer, Clock, Component, Logger } from '@nearby-friends/service-kit';
import type { FriendLists } from '../friends/friend-lists.ts';
import type { Inboxes } from '../friends/inboxes.ts';
import type { Admission } from '../viewer/admission.ts';
import { type Revocation, revokedToken } from '../viewer/revoked-token.ts';
import { Session } from '../viewer/session.ts';
import type { Transport } from '../viewer/transport.ts';
import { deviceOf } from './device-of.ts';
import type { DeviceReleases } from './device-releases.ts';

/** A connection outlives its expired token by this (A2), which is the time to refresh it. */
export const TOKEN_GRACE_MS = 25_000;
const TOKEN_CHECK_INTERVAL_MS = 1_000;

export class Sessions implements Component {
  readonly name = 'sessions';
  readonly #lists: FriendLists;
  readonly #inboxes: Inboxes;
  readonly #releases: Pick<DeviceReleases, 'release'>;
  readonly #clock: Clock;
  readonly #wallNow: () => number;
  readonly #logger: Logger;
  readonly #sessions = new Map<string, Session>();
  readonly #byUser = new Map<UserId, readonly Session[]>();
  #cancel: CancelTimer = () => undefined;

  constructor(options: {
    lists: FriendLists;
    inboxes: Inboxes;
    releases: Pick<DeviceReleases, 'release'>;
    clock: Clock;
    /** The clock of token times, ms since the epoch. */
    wallNow: () => number;
    logger: Logger;
  }) {
    this.#lists = options.lists;
    this.#inboxes = options.inboxes;
    this.#releases = options.releases;
    this.#clock = options.clock;
    this.#wallNow = options.wallNow;
    this.#logger = options.logger;
  }

  start(): void {
    this.#cancel = this.#clock.every(TOKEN_CHECK_INTERVAL_MS, () => this.#disconnectExpired());
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

  /** The sessions of a user's devices. A snapshot: sessions may end during an iteration. */
  of(user: UserId): readonly Session[] {
    return this.#byUser.get(user) ?? [];
  }

  /** How many live sessions have rights that were not read in `generation`. */
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

  begin(
    id: string,
    { userId, device, issuedAt, expiresAt, measuresDistances }: Admission,
    transport: Transport,
  ): Session {
    const session = new Session({
      id,
      user: userId,
      device: deviceOf(id, device),
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
    this.#releases.release(session);
    session.close();
    this.#inboxes.leave(session);
    this.#lists.removeAll(session);
  }

  /** Revokes tokens of the session's user; disconnects the session if it uses one, and tells it of an erasure. */
  revokeTokens(session: Session, revocation: Revocation): void {
    session.credentials.revokeBefore(revocation);
    if (session.isClosed || !session.credentials.isRevoked()) return;
    this.#logger.info({ session: session.id }, 'closed a connection with a revoked token');
    // Its client must not fetch a newer token; after a sign-out it may.
    if (session.credentials.isErased()) {
      const { code, message, retryable } = revokedToken(true);
      session.transport.send(CONNECTION_CLOSING, { code, message, retryable });
    }
    session.transport.disconnect();
  }

  #disconnectExpired(): void {
    const oldest = this.#wallNow() - TOKEN_GRACE_MS;
    for (const session of this.#sessions.values()) {
      if (session.credentials.expiresAt > oldest) continue;
      this.#logger.info({ session: session.id }, 'closed a connection with an expired token');
      session.transport.disconnect();
    }
  }
}
