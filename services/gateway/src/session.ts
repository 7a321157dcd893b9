/** One connection of one viewer: where the viewer is, whom it watches, and what it was last told. */
import { DEFAULT_RADIUS_METERS, type Position, type ServerToClientEvents, type UserId } from '@nearby-friends/protocol';
import type { Watch } from './friend-board.ts';

/** The way to the client. At most once; nothing is queued: look at `isWritable` first. */
export interface SessionTransport {
  /** Whether a message would leave now rather than wait behind others. */
  isWritable(): boolean;
  send<E extends keyof ServerToClientEvents>(event: E, message: Parameters<ServerToClientEvents[E]>[0]): void;
  /** Ends the connection for good: the client is not to come back by itself. */
  disconnect(): void;
}

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
  readonly id: string;
  readonly user: UserId;
  readonly transport: SessionTransport;
  /** Which of the flush ticks is this session's. */
  readonly slot: number;
  /** ms since the epoch. */
  tokenExpiresAt: number;
  phase: SessionPhase = { kind: 'waiting' };
  /** What the phone reported last, to be sent again should Redis have lost it. */
  lastReport: Position | null = null;
  radiusMeters = DEFAULT_RADIUS_METERS;
  /** The active friends, near or not. */
  readonly watches = new Map<UserId, Watch>();
  /** Watches that may have to be told; each at most once, see `Watch.isPending`. */
  pending: Watch[] = [];
  /** Friends who are on the client's list and not watched any more. Those who come back are taken out again. */
  readonly departed = new Set<UserId>();
  /** The whole list is to be sent anew. */
  needsSnapshot = false;
  /** Waiting for its flush tick. */
  isDirty = false;

  constructor(options: {
    id: string;
    user: UserId;
    transport: SessionTransport;
    slot: number;
    tokenExpiresAt: number;
  }) {
    this.id = options.id;
    this.user = options.user;
    this.transport = options.transport;
    this.slot = options.slot;
    this.tokenExpiresAt = options.tokenExpiresAt;
  }

  get isClosed(): boolean {
    return this.phase.kind === 'closed';
  }

  /** Moves the viewer. Returns whether this was the first position, with which the list is to be opened. */
  move(lat: number, lng: number, at: number): boolean {
    const { phase } = this;
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
    if (this.phase.kind === 'opening') this.phase = { kind: 'live', own: this.phase.own };
  }

  close(): void {
    this.phase = { kind: 'closed' };
    this.pending = [];
    this.departed.clear();
  }
}
