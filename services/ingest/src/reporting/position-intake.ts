/** Stamps a fix and has it recorded, as the gateway does with positions over sockets. */
import { batchedRead, type Rpc } from '@nearby-friends/bus';
import {
  CodedError,
  encodePositionBody,
  type ReceivedPosition,
  type RecordedPosition,
  type RecordOutcome,
  recordPositions,
} from '@nearby-friends/protocol';
import type { Clock, PauseWatch } from '@nearby-friends/service-kit';
import type { Fix } from '../formats/fix.ts';
import type { Reporter } from './reporter.ts';

const MAX_BATCH = 500;

/** When a request was read, ms on Redis' clock; null when it may have waited through a long stand of this process. */
export type Arrival = number | null;

export interface Recorded {
  readonly outcome: Exclude<RecordOutcome, 'failed'>;
  /** Of the position that counts, ms on Redis' clock. */
  readonly at: number;
}

export class PositionIntake {
  readonly #redisNow: () => number;
  readonly #ttlMs: number;
  readonly #areRightsCurrent: () => boolean;
  readonly #pauses: Pick<PauseWatch, 'hasJustContinued' | 'waitedMs'>;
  readonly #send: (received: ReceivedPosition) => Promise<RecordedPosition>;

  constructor(options: {
    rpc: Pick<Rpc, 'call'>;
    redisNow: () => number;
    /** How long a position lives whose device says nothing else (L2). */
    ttlMs: number;
    /** Whether every graph event is known here, among them erasures. */
    areRightsCurrent: () => boolean;
    pauses: Pick<PauseWatch, 'hasJustContinued' | 'waitedMs'>;
    clock: Clock;
  }) {
    this.#redisNow = options.redisNow;
    this.#ttlMs = options.ttlMs;
    this.#areRightsCurrent = options.areRightsCurrent;
    this.#pauses = options.pauses;
    const { rpc, clock } = options;
    this.#send = batchedRead(clock, MAX_BATCH, async (batch) => [...(await rpc.call(recordPositions, batch))]);
  }

  /** Call it before who reports is looked up: an erasure or a sign-out meanwhile is later, and refuses the position. */
  arrival(): Arrival {
    return this.#pauses.hasJustContinued() ? null : this.#redisNow() - this.#pauses.waitedMs();
  }

  /** Throws `unavailable` when the position could not be recorded. */
  async record(reporter: Reporter, { position, takenAt }: Fix, arrival: Arrival): Promise<Recorded> {
    // It may have been sent while its user paused, see PauseWatch.
    if (arrival === null || !this.#areRightsCurrent()) throw notRecorded();
    const at = Math.floor(Math.min(takenAt ?? arrival, arrival));
    const { user, device, staysVisibleSeconds } = reporter;
    const lifetimeMs = staysVisibleSeconds === null ? this.#ttlMs : staysVisibleSeconds * 1000;
    if (at + lifetimeMs <= this.#redisNow()) return { outcome: 'expired', at };
    const mark = { device, gateway: '', claims: false };
    const body = encodePositionBody(position, mark, staysVisibleSeconds ?? undefined);
    const { outcome, at: recordedAt } = await this.#send({ user, at, body });
    if (outcome === 'failed') throw notRecorded();
    return { outcome, at: recordedAt };
  }
}

function notRecorded(): CodedError {
  return new CodedError('unavailable', 'The position could not be recorded. Send it again in a moment.');
}
