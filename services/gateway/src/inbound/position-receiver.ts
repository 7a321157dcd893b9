/** Handles `location:update`: moves the session and records the position. */
import {
  CodedError,
  encodePositionBody,
  locationUpdateSchema,
  type Position,
  type PositionRecord,
  type RecordedPosition,
  type UserId,
} from '@nearby-friends/protocol';
import { type Clock, delay, type PauseWatch } from '@nearby-friends/service-kit';
import type { NearbyDelivery } from '../delivery/nearby-delivery.ts';
import type { DeviceReleases } from '../sessions/device-releases.ts';
import type { SessionOpener } from '../sessions/session-opener.ts';
import type { Session } from '../viewer/session.ts';
import type { SharingSlice } from '../viewer/slices.ts';
import type { MovementCheck } from './movement-check.ts';
import { parsePayload } from './parse-payload.ts';
import type { PositionUplink } from './position-uplink.ts';

const REPEAT_RETRY_MS = 200;
const FENCED: RecordedPosition = { outcome: 'failed', at: 0 };

export class PositionReceiver {
  readonly #redisNow: () => number;
  readonly #ttlMs: number;
  readonly #onClockAhead: () => void;
  readonly #instanceId: string;
  readonly #onTakenOver: (session: Session) => void;
  readonly #releases: Pick<DeviceReleases, 'release'>;
  readonly #uplink: Pick<PositionUplink, 'record'>;
  readonly #opener: Pick<SessionOpener, 'openInBackground'>;
  readonly #delivery: NearbyDelivery;
  readonly #movement: MovementCheck;
  readonly #areRightsCurrent: () => boolean;
  readonly #pauses: Pick<PauseWatch, 'hasJustContinued' | 'waitedMs'>;
  readonly #clock: Clock;

  constructor(options: {
    redisNow: () => number;
    /** How long a position lives (L2). */
    ttlMs: number;
    /** The measured clock is ahead of Redis' own. */
    onClockAhead: () => void;
    /** Of this gateway's process: once that is gone, the device counts as gone (L7). */
    instanceId: string;
    /** The session's device shares in place of another device of the user. */
    onTakenOver: (session: Session) => void;
    releases: Pick<DeviceReleases, 'release'>;
    uplink: Pick<PositionUplink, 'record'>;
    opener: Pick<SessionOpener, 'openInBackground'>;
    delivery: NearbyDelivery;
    movement: MovementCheck;
    /** Whether this gateway has applied every graph event, among them erasures. */
    areRightsCurrent: () => boolean;
    pauses: Pick<PauseWatch, 'hasJustContinued' | 'waitedMs'>;
    clock: Clock;
  }) {
    this.#redisNow = options.redisNow;
    this.#ttlMs = options.ttlMs;
    this.#onClockAhead = options.onClockAhead;
    this.#instanceId = options.instanceId;
    this.#onTakenOver = options.onTakenOver;
    this.#releases = options.releases;
    this.#uplink = options.uplink;
    this.#opener = options.opener;
    this.#delivery = options.delivery;
    this.#movement = options.movement;
    this.#areRightsCurrent = options.areRightsCurrent;
    this.#pauses = options.pauses;
    this.#clock = options.clock;
  }

  /**
   * Resolves with the time of the position that counts, ms, and whether friends see it. Throws `invalid_payload`,
   * `stale_position`, or `unavailable` when the position could not be recorded (the viewer's own list follows it nevertheless).
   */
  async receive(session: Session, payload: unknown): Promise<{ at: number; shared: boolean }> {
    const { at: takenAt, ...position } = parsePayload(locationUpdateSchema, payload);
    const taken = takenAt ?? Number.POSITIVE_INFINITY;
    // Taken now, as it says or does not say: it may have waited for this process, and been sent while sharing was paused.
    if (this.#pauses.hasJustContinued() && taken >= this.#redisNow()) throw notRecorded();
    const at = this.#stamp(session, taken);
    const last = session.own?.at ?? at;
    // Taken before the session's last one, for example from a buffer that is sent backwards: it moves nothing (L3).
    if (at < last) return { at: last, shared: session.isSharing !== false };
    this.#movement.check(session, position.lat, position.lng, at);
    const isFirst = session.move(position, at);
    const recorded = this.#record(session, position, at);
    if (isFirst) this.#opener.openInBackground(session, recorded);
    else this.#delivery.considerAllWatches(session);

    const { outcome, at: recordedAt } = await recorded;
    switch (outcome) {
      case 'stored':
      case 'taken-over':
        // Stored under a time of Redis' own: the one measured here lies too far in the future.
        if (recordedAt < at) this.#onClockAhead();
        return { at: recordedAt, shared: true };
      case 'superseded':
        // Sent over another connection of this device, so there is nothing to repeat.
        return { at: recordedAt, shared: true };
      case 'unshared':
        return { at, shared: false };
      case 'expired':
      case 'failed':
        throw notRecorded();
    }
  }

  /**
   * From now on the session's device shares the user's position, in place of any other device: with its last position, or
   * with its next one if it has none. Throws `unavailable`.
   */
  async share(session: Session & SharingSlice): Promise<void> {
    session.claimsSharing = true;
    const { phase } = session;
    if (phase.kind !== 'opening' && phase.kind !== 'live') return;
    const { outcome } = await this.#record(session, phase.report, phase.own.at);
    if (outcome === 'failed')
      throw new CodedError('unavailable', 'This device could not take over. Try again in a moment.');
  }

  /**
   * Records the session's last position again, under its own time, because Redis may have lost it. Retries until the
   * session closes, since the location service may be unavailable right after a loss. Not that of a device that does not
   * share, which would be the first to report, and not one that its user has withdrawn. Never rejects.
   */
  async repeat(session: Session): Promise<void> {
    let { phase } = session;
    while (session.isSharing !== false && (phase.kind === 'opening' || phase.kind === 'live')) {
      if (phase.own.at <= session.stoppedAt) return;
      const { outcome } = await this.#record(session, phase.report, phase.own.at);
      if (outcome !== 'failed') return;
      await delay(this.#clock, REPEAT_RETRY_MS);
      phase = session.phase;
    }
  }

  /** The same for a position of a friend, as long as `isKnown`. Never rejects. */
  async repeatOf(user: UserId, { at, position, lifetimeMs }: PositionRecord, isKnown: () => boolean): Promise<void> {
    const body = encodePositionBody(position, undefined, lifetimeMs === undefined ? undefined : lifetimeMs / 1000);
    while (isKnown()) {
      const { outcome } = await this.#uplink.record({ user, at, body });
      if (outcome !== 'failed') return;
      await delay(this.#clock, REPEAT_RETRY_MS);
    }
  }

  /** When the position was taken, by Redis' clock and never in the future (L2). Throws `stale_position`. */
  #stamp(session: Session, takenAt: number): number {
    const now = this.#redisNow();
    // Taken now, or while this process stood still and its user may have paused: then it counts as of the earliest time.
    // At least a millisecond after the session's last position, so that a burst keeps its order.
    if (takenAt >= now) return Math.max(now - this.#pauses.waitedMs(), (session.own?.at ?? 0) + 1);
    if (takenAt + this.#ttlMs > now) return Math.floor(takenAt);
    const seconds = this.#ttlMs / 1000;
    throw new CodedError(
      'stale_position',
      `at must be at most ${seconds} s ago, in milliseconds since the epoch. Send a position that the device has taken since.`,
    );
  }

  /**
   * Fails while this gateway may have missed an erasure: a position of an erased user that it receives now would be newer
   * than the tombstone in the cache.
   */
  async #record(session: Session & SharingSlice, position: Position, at: number): Promise<RecordedPosition> {
    if (!this.#areRightsCurrent()) return FENCED;
    const { user, device, claimsSharing: claims } = session;
    const body = encodePositionBody(position, { device, gateway: this.#instanceId, claims });
    const recorded = await this.#uplink.record({ user, at, body });
    const { outcome } = recorded;
    if (outcome === 'unshared') session.isSharing = false;
    if (outcome === 'stored' || outcome === 'taken-over' || outcome === 'superseded') {
      session.isSharing = true;
      session.claimsSharing = false;
      session.sharedAt = Math.max(session.sharedAt, recorded.at);
      // It has ended meanwhile, before there was anything to release.
      if (session.isClosed) this.#releases.release(session);
      else if (outcome === 'taken-over') this.#onTakenOver(session);
    }
    return recorded;
  }
}

function notRecorded(): CodedError {
  return new CodedError('unavailable', 'The position could not be recorded. Send it again in a moment.');
}
