/** Decides for a writer which followers have expired, by Redis' clock while that clock can be trusted. */
import { FOLLOWER_EXPIRY_MS } from './fence-times.ts';
import type { LedgerSnapshot, Report } from './stream-ledger.ts';

/** A slower response says too little about Redis' clock. */
const MAX_ROUND_TRIP_MS = 500;
/** How far the two clocks may drift apart between two snapshots, ms. A larger difference means that one was set. */
const TOLERANCE_MS = 250;
/** After this time without a snapshot the clock is not trusted (500 ppm in this time are 150 ms). */
const SNAPSHOT_EXPIRY_MS = 300_000;

/** A snapshot with the times of its request and response, on this process' monotonic clock. */
interface TimedSnapshot {
  readonly snapshot: LedgerSnapshot;
  readonly requestedAt: number;
  readonly receivedAt: number;
}

interface Sample {
  readonly offsetMs: number;
  /** ± ms. */
  readonly errorMs: number;
  readonly at: number;
}

export interface ExpiryVerdict {
  /** Whether the follower that made this report can no longer act on what it knew then. */
  isExpired(report: Report): boolean;
  /** Whether every follower that has not reported in this epoch has expired since the previous one. */
  readonly isEpochSettled: boolean;
}

/**
 * Reports carry Redis' time, which is a wall clock: set forward by ten seconds, it makes every live follower look
 * expired. So each snapshot compares it with this process' monotonic clock. After the clock was set, or after a long time
 * without a snapshot, ages count only {@link FOLLOWER_EXPIRY_MS} later; a report that is older than that by then is
 * truly old.
 */
export class FollowerExpiry {
  #sample: Sample | null = null;
  #steadySince = Number.POSITIVE_INFINITY;
  #epoch: { readonly token: string; readonly seenAt: number } | null = null;

  evaluate({ snapshot, requestedAt, receivedAt }: TimedSnapshot): ExpiryVerdict {
    const isTrusted =
      this.#recordSample(snapshot.now, requestedAt, receivedAt) &&
      requestedAt - this.#steadySince >= FOLLOWER_EXPIRY_MS;
    // A time in the future is from before the clock was set back.
    const isOver = (at: number) =>
      isTrusted && (snapshot.now - at >= FOLLOWER_EXPIRY_MS || at - snapshot.now > TOLERANCE_MS);
    // Seen by this process for long enough: a settled epoch stays settled.
    if (this.#epoch?.token !== snapshot.epoch) this.#epoch = { token: snapshot.epoch, seenAt: receivedAt };
    const isOldLocally = requestedAt - this.#epoch.seenAt >= FOLLOWER_EXPIRY_MS;
    const isEpochSettled = snapshot.isSettled || isOldLocally || isOver(snapshot.epochBegan);
    return { isExpired: ({ at }) => isOver(at), isEpochSettled };
  }

  /** Whether Redis' clock has run evenly since `#steadySince` up to this snapshot. */
  #recordSample(redisNow: number, requestedAt: number, receivedAt: number): boolean {
    if (receivedAt - requestedAt > MAX_ROUND_TRIP_MS) return false;
    const at = (requestedAt + receivedAt) / 2;
    const sample = { offsetMs: redisNow - at, errorMs: (receivedAt - requestedAt) / 2, at };
    if (!this.#sample || !agree(this.#sample, sample)) this.#steadySince = receivedAt;
    this.#sample = sample;
    return true;
  }
}

function agree(earlier: Sample, later: Sample): boolean {
  if (later.at - earlier.at > SNAPSHOT_EXPIRY_MS) return false;
  return Math.abs(later.offsetMs - earlier.offsetMs) <= earlier.errorMs + later.errorMs + TOLERANCE_MS;
}
