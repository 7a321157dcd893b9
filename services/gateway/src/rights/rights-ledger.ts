/** Remembers the recent graph events and settles every stated right against them: the newer version wins. */
import {
  type Grant,
  type GraphEpoch,
  type GraphEvent,
  isGranted,
  isPaused,
  isSeenExactly,
  SHARING,
  type Sharing,
  type UserId,
} from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';
import type { Watch } from '../viewer/session.ts';
import { RecentMap } from './recent-map.ts';

/**
 * How long an event is remembered, ms. A response or an announcement that was read before the event arrives within seconds
 * or never, so this leaves a wide margin; the stream retains its entries as long.
 */
export const LEDGER_RETENTION_MS = 600_000;

/** A grant with the version that orders it; null when there is no such edge. */
export interface EdgeRight {
  readonly grant: Grant | null;
  readonly version: number;
}
export interface VersionedSharing {
  readonly sharing: Sharing;
  readonly version: number;
}
export interface VersionedRadius {
  readonly radiusMeters: number;
  readonly version: number;
}
interface HeardEdge extends EdgeRight {
  /** {@link RightsLedger.mark} right after the event was recorded. */
  readonly mark: number;
}

const NEVER_PAUSED: VersionedSharing = { sharing: SHARING, version: 0 };

export class RightsLedger {
  readonly #clock: Clock;
  readonly #edges = new Map<UserId, RecentMap<UserId, HeardEdge>>();
  readonly #sharing = new RecentMap<UserId, VersionedSharing>();
  readonly #radii = new RecentMap<UserId, VersionedRadius>();
  readonly #erased = new RecentMap<UserId, number>();
  /** Tokens issued at this time or earlier are revoked, ms since the epoch. */
  readonly #signedOut = new RecentMap<UserId, number>();
  /** The accounts of tokens issued at this time or earlier are erased, ms since the epoch. */
  readonly #erasedBefore = new RecentMap<UserId, number>();
  #epoch: GraphEpoch | null = null;
  #reread = -1;
  #mark = 0;
  #generation = 0;

  constructor(options: { clock: Clock }) {
    this.#clock = options.clock;
  }

  /** Increases with every recorded edge. A reader remembers it to find out later which edges arrived meanwhile. */
  get mark(): number {
    return this.#mark;
  }

  /** Increases whenever events may have been missed. Rights that were read in an earlier generation prove nothing. */
  get generation(): number {
    return this.#generation;
  }

  /** Of the database, as far as known here. Statements of an earlier one prove nothing. */
  get epoch(): GraphEpoch | null {
    return this.#epoch;
  }

  /**
   * The database was restored from a backup: what was heard of it is undone, whatever its version. Revoked tokens and erased
   * users are kept, in doubt against showing something.
   */
  beginEpoch(epoch: GraphEpoch): void {
    this.#epoch = epoch;
    this.#edges.clear();
    this.#sharing.clear();
    this.#radii.clear();
    this.#reread = -1;
  }

  /** Call it when events may have been missed. */
  startGeneration(): void {
    this.#generation++;
  }

  /** Returns whether the event was new; a version that is not newer than the known one changes nothing. */
  record(event: GraphEvent): boolean {
    const now = this.#clock.now();
    const forgotten = now - LEDGER_RETENTION_MS;
    switch (event.kind) {
      case 'edge':
        return this.#recordEdge(event, now);
      case 'sharing':
        return putNewer(this.#sharing, event.subject, event, now, forgotten);
      case 'radius':
        return putNewer(this.#radii, event.user, event, now, forgotten);
      case 'signed-out':
        return this.#recordSignOut(event.user, event.before, now);
      case 'erased': {
        const isNews = event.version > (this.#erased.get(event.user) ?? -1);
        if (isNews) this.#erased.set(event.user, event.version, now);
        this.#erased.forgetBefore(forgotten);
        this.#erasedBefore.set(event.user, Math.max(event.before, this.#erasedBefore.get(event.user) ?? 0), now);
        this.#erasedBefore.forgetBefore(forgotten);
        return this.#recordSignOut(event.user, event.before, now) || isNews;
      }
      case 'stopped':
        // It is about positions, not about a right: the friend board keeps the latest.
        return true;
      case 'reread': {
        const isNews = event.version > this.#reread;
        this.#reread = Math.max(this.#reread, event.version);
        return isNews;
      }
      case 'epoch':
        // Also if it is known: from a response, or as it comes again, and then events of the epoch before came in between.
        if (event.epoch.began < (this.#epoch?.began ?? 0)) return false;
        this.beginEpoch(event.epoch);
        return true;
    }
  }

  #recordEdge({ viewer, subject, grant, version }: GraphEvent & { kind: 'edge' }, now: number): boolean {
    const ofViewer = this.#edges.get(viewer) ?? new RecentMap<UserId, HeardEdge>();
    if (version <= (ofViewer.get(subject)?.version ?? -1)) return false;
    ofViewer.set(subject, { grant, version, mark: ++this.#mark }, now);
    // Re-inserted at the end, so that the viewers are in the order of their last event.
    this.#edges.delete(viewer);
    this.#edges.set(viewer, ofViewer);
    for (const [other, edges] of this.#edges) {
      edges.forgetBefore(now - LEDGER_RETENTION_MS);
      if (edges.size > 0) break;
      this.#edges.delete(other);
    }
    ofViewer.forgetBefore(now - LEDGER_RETENTION_MS);
    return true;
  }

  #recordSignOut(user: UserId, before: number, now: number): boolean {
    this.#signedOut.forgetBefore(now - LEDGER_RETENTION_MS);
    if (before <= (this.#signedOut.get(user) ?? Number.NEGATIVE_INFINITY)) return false;
    this.#signedOut.set(user, before, now);
    return true;
  }

  /** Returns the newer of the stated and the recorded right. */
  settleEdge(viewer: UserId, subject: UserId, stated: EdgeRight): EdgeRight {
    const heard = this.#edges.get(viewer)?.get(subject);
    const newer = heard && heard.version > stated.version ? heard : stated;
    const erased = this.#erasedAt(viewer, subject);
    return newer.version < erased ? { grant: null, version: erased } : newer;
  }

  /** `stated` is null for a friend who has never paused. */
  settleSharing(subject: UserId, stated: VersionedSharing | null): VersionedSharing {
    const heard = this.#sharing.get(subject);
    const sharing = stated ?? NEVER_PAUSED;
    return heard && heard.version > sharing.version ? heard : sharing;
  }

  settleRadius(user: UserId, stated: VersionedRadius): VersionedRadius {
    const heard = this.#radii.get(user);
    return heard && heard.version > stated.version ? heard : stated;
  }

  /** Whether an edge was recorded since `mark` was read. */
  hasHeardSince(mark: number, viewer: UserId, subject: UserId): boolean {
    return (this.#edges.get(viewer)?.get(subject)?.mark ?? 0) > mark;
  }

  /** Whether a token issued at `issuedAt` (null: it does not say) is revoked by a recent event. */
  isRevoked(user: UserId, issuedAt: number | null): boolean {
    const before = this.#signedOut.get(user);
    return before !== undefined && (issuedAt === null || issuedAt <= before);
  }

  /** Whether it is revoked because its user's account was erased. */
  isErased(user: UserId, issuedAt: number | null): boolean {
    const before = this.#erasedBefore.get(user);
    return before !== undefined && (issuedAt === null || issuedAt <= before);
  }

  /** A viewer's recorded edges, for {@link forbids}; undefined when there are none. */
  edgesOf(viewer: UserId): ReadonlyEdges | undefined {
    // The id is an object of its own and stays untouched while nothing is recorded.
    return this.#edges.size === 0 ? undefined : this.#edges.get(viewer);
  }

  /**
   * The authorization check at send, independent of the state that led there: whether an event at least as new as the
   * watch's rights forbids the position, which was received at `at`. `edges`: {@link edgesOf} the viewer; times in ms on
   * Redis' clock.
   */
  forbids(edges: ReadonlyEdges | undefined, watch: Watch, at: number, now: number): boolean {
    const { session, subject, grant, version } = watch;
    const edge = edges?.get(subject.user);
    if (edge && edge.version >= version) {
      if (edge.grant === null || !isGranted(edge.grant, now)) return true;
      const { precision, shownFrom = 0, exactFrom = 0 } = edge.grant;
      if (at < shownFrom) return true;
      if (isSeenExactly(grant, at) && (precision !== 'exact' || at < exactFrom)) return true;
    }
    if (this.#sharing.size > 0) {
      const heard = this.#sharing.get(subject.user);
      if (heard && heard.version >= subject.sharingVersion) {
        if (isPaused(heard.sharing, now) || at < (heard.sharing.shownFrom ?? 0)) return true;
      }
    }
    return this.#erased.size > 0 && this.#erasedAt(session.user, subject.user) > version;
  }

  /** How many statements are held. Not for the hot path. */
  get size(): number {
    let size = this.#sharing.size + this.#radii.size + this.#erased.size + this.#signedOut.size;
    for (const edges of this.#edges.values()) size += edges.size;
    return size;
  }

  /** The version up to which edges between the two are void; -1 when neither was erased. */
  #erasedAt(viewer: UserId, subject: UserId): number {
    if (this.#erased.size === 0) return -1;
    return Math.max(this.#erased.get(viewer) ?? -1, this.#erased.get(subject) ?? -1);
  }
}

export interface ReadonlyEdges {
  get(subject: UserId): EdgeRight | undefined;
}

function putNewer<Statement extends { version: number }>(
  map: RecentMap<UserId, Statement>,
  user: UserId,
  statement: Statement,
  now: number,
  forgotten: number,
): boolean {
  map.forgetBefore(forgotten);
  if (statement.version <= (map.get(user)?.version ?? -1)) return false;
  map.set(user, statement, now);
  return true;
}
