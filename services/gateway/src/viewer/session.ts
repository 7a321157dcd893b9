/** One connection of one viewer: where the viewer is, which friends it watches, and what is pending for it. */

import type { GridSchedule } from '@nearby-friends/geo';
import { DEFAULT_RADIUS_METERS, type HeldSharing, type Position, type UserId } from '@nearby-friends/protocol';
import { isCoarseFix } from './coarse-fix.ts';
import { Credentials } from './credentials.ts';
import { SafeRegion } from './safe-region.ts';
import type { OwnPosition, SessionPhase } from './session-phase.ts';
import type {
  FlushSlice,
  GrantSlice,
  ListSlice,
  PositionSlice,
  RightsSlice,
  SentSlice,
  SharingSlice,
  TextSlice,
  ThrottleSlice,
} from './slices.ts';
import type { Transport } from './transport.ts';
import { WatchList } from './watch-list.ts';

/** Per degree. */
export const MICRO = 1_000_000;

/** Per metre. The default radius is a whole number of centimetres. */
const CENTIMETRES = 100;

/** A tick before all others, within V8's small integers. */
const LONG_AGO = -1_000_000;

/** Written by `pending-watches.ts`. Not in `slices.ts`, since it refers to a watch. */
export interface PendingSlice {
  /** The first of the watches that may have a change to send. */
  firstPending: Watch | null;
}

/** Written by the session itself. */
interface OwnSlice {
  liveOwn: OwnPosition | null;
  latMicro: number;
  lngMicro: number;
  radiusCeilMeters: number;
}

/**
 * Other modules keep their state of a session here as well: each cold object that a message touches costs some 0.4 µs
 * (decision 11), so the slices are types over one object and not objects. All fields are readonly; only the module that
 * owns a slice takes a session as that slice, which is what allows it to write.
 */
export class Session
  implements
    Readonly<OwnSlice>,
    Readonly<PendingSlice>,
    Readonly<FlushSlice>,
    Readonly<RightsSlice>,
    Readonly<ListSlice>,
    Readonly<ThrottleSlice>,
    Readonly<SharingSlice>
{
  // In the order of access, so that few cache lines are touched: first what each movement of a friend reads, then what a
  // flush reads. All are integers or references, since V8 stores a fractional number as an object of its own.
  /** The position of a live session, the same object as in its phase; null in every other phase. */
  readonly liveOwn: OwnPosition | null = null;
  /** Where the viewer is, millionths of a degree, see `distanceBeyondRadius`. */
  readonly latMicro: number = 0;
  readonly lngMicro: number = 0;
  /** The radius, whole metres, rounded up. */
  readonly radiusCeilMeters: number = 0;
  readonly firstPending: Watch | null = null;
  readonly dueTick: number | null = null;
  readonly lastFlushTick: number = LONG_AGO;
  readonly transport: Transport;
  /** For a client that computes distances itself; null if the server does. */
  readonly safeRegion: SafeRegion | null;
  readonly confirmedIn: number | null = null;
  readonly departed: Set<UserId> | null = null;
  readonly needsSnapshot: boolean = false;
  readonly throttledUntil: number = 0;
  readonly isSharing: boolean | null = null;
  readonly claimsSharing: boolean = false;
  readonly sharedAt: number = 0;
  readonly stoppedAt: number = 0;
  #radiusCentimetres = 0;
  /** The radius in metres if it is no whole number of centimetres. */
  #fineRadiusMeters: number | null = null;
  readonly user: UserId;
  readonly id: string;
  /** The device in the marks of its positions, see `DeviceMark` in protocol. */
  readonly device: string;
  readonly credentials: Credentials;
  #phase: SessionPhase = { kind: 'waiting' };
  /** Below every version while the radius is the default. */
  #radiusVersion = -1;
  /** The active friends, near or not. Written by the friend board. */
  readonly watches = new WatchList<Watch>();

  constructor(options: {
    id: string;
    user: UserId;
    device: string;
    transport: Transport;
    measuresDistances: boolean;
    tokenExpiresAt: number;
    tokenIssuedAt: number | null;
  }) {
    this.id = options.id;
    this.user = options.user;
    this.device = options.device;
    this.#putRadius(DEFAULT_RADIUS_METERS);
    this.transport = options.transport;
    this.safeRegion = options.measuresDistances ? new SafeRegion() : null;
    this.credentials = new Credentials({ expiresAt: options.tokenExpiresAt, issuedAt: options.tokenIssuedAt });
  }

  get radiusMeters(): number {
    return this.#fineRadiusMeters ?? this.#radiusCentimetres / CENTIMETRES;
  }

  /** Returns whether the radius has changed. A version that is not newer than the last one changes nothing. */
  setRadius(meters: number, version: number): boolean {
    if (version <= this.#radiusVersion) return false;
    this.#radiusVersion = version;
    if (this.radiusMeters === meters) return false;
    this.#putRadius(meters);
    return true;
  }

  /** Any version of the radius is newer from now on. */
  forgetRadiusVersion(): void {
    this.#radiusVersion = -1;
  }

  get phase(): SessionPhase {
    return this.#phase;
  }

  get isClosed(): boolean {
    return this.#phase.kind === 'closed';
  }

  /** The viewer's own last position, or null when it has not reported one. */
  get own(): OwnPosition | null {
    const phase = this.#phase;
    return phase.kind === 'opening' || phase.kind === 'live' ? phase.own : null;
  }

  /** Moves the viewer, except by a coarse fix (N6). Returns whether this is its first position, which opens the list. */
  move(report: Position, at: number): boolean {
    const phase = this.#phase;
    switch (phase.kind) {
      case 'waiting':
        this.#phase = { kind: 'opening', own: { lat: 0, lng: 0, at }, report };
        this.#putOwn(this.#phase.own, report);
        return true;
      case 'opening':
      case 'live': {
        const isCoarse = isCoarseFix(phase.report, phase.own.at, report, at);
        phase.own.at = at;
        phase.report = report;
        if (!isCoarse) this.#putOwn(phase.own, report);
        return false;
      }
      case 'closed':
        return false;
    }
  }

  /** Redis' clock was set back by `ms`, and the viewer's position is as old as before. */
  clockSetBack(ms: number): void {
    const phase = this.#phase;
    if (phase.kind === 'opening' || phase.kind === 'live') phase.own.at -= ms;
  }

  /** The client holds a list from now on. */
  goLive(): void {
    if (this.#phase.kind !== 'opening') return;
    const { own, report } = this.#phase;
    this.#writable.liveOwn = own;
    this.#phase = { kind: 'live', own, report };
  }

  close(): void {
    this.#phase = { kind: 'closed' };
    const slice = this.#writable;
    slice.liveOwn = null;
    slice.firstPending = null;
    slice.departed = null;
  }

  get #writable(): OwnSlice & PendingSlice & ListSlice {
    return this;
  }

  #putOwn(own: OwnPosition, { lat, lng }: Position): void {
    own.lat = lat;
    own.lng = lng;
    const slice = this.#writable;
    slice.latMicro = Math.round(lat * MICRO);
    slice.lngMicro = Math.round(lng * MICRO);
  }

  #putRadius(meters: number): void {
    this.#writable.radiusCeilMeters = Math.ceil(meters);
    this.#radiusCentimetres = Math.round(meters * CENTIMETRES);
    this.#fineRadiusMeters = this.#radiusCentimetres / CENTIMETRES === meters ? null : meters;
  }
}

/** Written by `pending-watches.ts`. Not in `slices.ts`, since it refers to a watch. */
export interface PendingLink {
  /** The next pending watch of the session; null for a watch that is not pending. */
  nextPending: Watch | null;
}

/**
 * One session's view of one friend. A gateway holds millions of them, so numbers are small integers: V8 stores any other
 * number as an object of its own. In the session's file, as {@link Subject} is, since the three refer to each other.
 */
export interface Watch extends Readonly<GrantSlice>, Readonly<SentSlice>, Readonly<PendingLink> {
  readonly session: Session;
  readonly subject: Subject;
}

/** A friend with at least one viewer on this gateway. */
export interface Subject extends Readonly<PositionSlice>, Readonly<TextSlice> {
  readonly user: UserId;
  /** Shared by all subjects. */
  readonly schedule: GridSchedule;
  /** The friend's own pause, for all viewers. Written by the friend board. */
  sharing: HeldSharing;
  sharingVersion: number;
  /** The friend has ended sharing: no position of then or before is shown, ms on Redis' clock. Written by the friend board. */
  stoppedAt: number;
  /** Unordered. */
  readonly watches: Watch[];
}
