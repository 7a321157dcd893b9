/** One connection of one viewer: where the viewer is, whom it watches, and what it was last told. */
import { DEFAULT_RADIUS_METERS, type Position, type UserId } from '@nearby-friends/protocol';
import { SafeRegion } from './safe-region.ts';
import type { Transport } from './transport.ts';
import type { Watch } from './watch.ts';
import { WatchList } from './watch-list.ts';

/** To a degree. */
export const MICRO = 1_000_000;

/** To a metre: the default radius is a whole number of these. */
const CENTIMETRES = 100;

/** A tick before all others; small, since a larger number would be an object of its own. */
const LONG_AGO = -1_000_000;

/** A place, and when it was reported (ms on Redis' clock). */
export interface OwnPosition {
  lat: number;
  lng: number;
  at: number;
}

/**
 * waiting (no position yet) → opening (finding the friends) → live (the client holds a list) → closed, from any.
 * A live session that is opened anew, after a loss, stays live meanwhile.
 */
export type SessionPhase =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'opening'; readonly own: OwnPosition }
  | { readonly kind: 'live'; readonly own: OwnPosition }
  | { readonly kind: 'closed' };

export class Session {
  // First what is looked at whenever a friend moves, then what is looked at whenever a list is told: each lies together,
  // and consists of whole numbers and references.
  /** The viewer's own position while the client holds a list. */
  liveOwn: OwnPosition | null = null;
  /** Where the viewer is, millionths of a degree; see `distanceBeyondRadius`. */
  latMicro = 0;
  lngMicro = 0;
  /** The radius, whole metres, rounded up. */
  radiusCeilMeters = 0;
  /** Watches that may have to be told: see `pending-watches.ts`. */
  firstPending: Watch | null = null;
  /** The tick of the flush schedule at which it is to be told; null while there is nothing to tell. */
  dueTick: number | null = null;
  /** The one at which it was told last. */
  lastFlushTick = LONG_AGO;
  readonly transport: Transport;
  /**
   * For a client that measures by itself what changes because the viewer moves: how far that may be before anybody could
   * enter or leave the list. Null: the server measures.
   */
  readonly reach: SafeRegion | null;
  /** The generation of the ledger in which this session's rights were read; null while they never were. */
  confirmedIn: number | null = null;
  /** Friends who are on the client's list and not watched any more. Those who come back are taken out again. */
  departed: Set<UserId> | null = null;
  /** The whole list is to be sent anew. */
  needsSnapshot = false;
  /** Until then (ms on the process' clock) the list is told rarely, since the viewer moves as nobody can. */
  throttledUntil = 0;
  #radiusCentimetres = 0;
  /** The radius, m, when it is no whole number of centimetres. */
  #finerRadius: number | null = null;
  readonly user: UserId;
  readonly id: string;
  /** ms since the epoch. */
  tokenExpiresAt: number;
  /** ms since the epoch; null when the token does not say. */
  tokenIssuedAt: number | null;
  /** Tokens issued at this time or earlier have been called back, ms since the epoch; null while none is known to be. */
  signedOutBefore: number | null = null;
  phase: SessionPhase = { kind: 'waiting' };
  /** What the phone reported last, to be sent again should Redis have lost it. */
  lastReport: Position | null = null;
  /** Of the radius; below every version while it is only the default. */
  radiusVersion = -1;
  /** The active friends, near or not. */
  readonly watches = new WatchList();

  constructor(options: {
    id: string;
    user: UserId;
    transport: Transport;
    measuresDistances: boolean;
    tokenExpiresAt: number;
    tokenIssuedAt: number | null;
  }) {
    this.id = options.id;
    this.user = options.user;
    this.radiusMeters = DEFAULT_RADIUS_METERS;
    this.transport = options.transport;
    this.reach = options.measuresDistances ? new SafeRegion() : null;
    this.tokenExpiresAt = options.tokenExpiresAt;
    this.tokenIssuedAt = options.tokenIssuedAt;
  }

  get radiusMeters(): number {
    return this.#finerRadius ?? this.#radiusCentimetres / CENTIMETRES;
  }

  set radiusMeters(meters: number) {
    this.radiusCeilMeters = Math.ceil(meters);
    this.#radiusCentimetres = Math.round(meters * CENTIMETRES);
    this.#finerRadius = this.#radiusCentimetres / CENTIMETRES === meters ? null : meters;
  }

  get isClosed(): boolean {
    return this.phase.kind === 'closed';
  }

  /** Whether a token that was issued at `issuedAt` is void for this user, as far as the session has heard. */
  isRevoked(issuedAt: number | null): boolean {
    return this.signedOutBefore !== null && (issuedAt === null || issuedAt <= this.signedOutBefore);
  }

  /** Moves the viewer. Returns whether this was the first position, with which the list is to be opened. */
  move(lat: number, lng: number, at: number): boolean {
    const { phase } = this;
    this.latMicro = Math.round(lat * MICRO);
    this.lngMicro = Math.round(lng * MICRO);
    switch (phase.kind) {
      case 'waiting':
        this.phase = { kind: 'opening', own: { lat, lng, at } };
        return true;
      case 'opening':
      case 'live':
        phase.own.lat = lat;
        phase.own.lng = lng;
        phase.own.at = at;
        return false;
      case 'closed':
        return false;
    }
  }

  /** The viewer's own last position, or null when it has not reported one. */
  get own(): OwnPosition | null {
    return this.phase.kind === 'opening' || this.phase.kind === 'live' ? this.phase.own : null;
  }

  /** From now on the client holds a list. */
  goLive(): void {
    if (this.phase.kind !== 'opening') return;
    this.liveOwn = this.phase.own;
    this.phase = { kind: 'live', own: this.liveOwn };
  }

  close(): void {
    this.phase = { kind: 'closed' };
    this.firstPending = null;
    this.liveOwn = null;
    this.departed = null;
  }
}
