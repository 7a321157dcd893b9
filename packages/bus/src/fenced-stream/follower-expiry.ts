/** Decides, for a writer, which followers have fallen silent: by Redis' clock, as long as that one can be believed. */
import { FOLLOWER_EXPIRY_MS } from './fence-times.ts';
import type { Look, Report } from './stream-ledger.ts';

/** An answer that takes longer says too little about Redis' clock. */
const MAX_ROUND_TRIP_MS = 500;
/** What the two clocks may drift apart between two looks without one of them having been set. */
const TOLERANCE_MS = 250;
/** After so long without a look nobody knows what has become of the clock (500 ppm in that time are 150 ms). */
const LOOK_EXPIRY_MS = 300_000;

/** A look, with when it was asked for and answered, on this process' monotonic clock. */
export interface TimedLook {
  readonly look: Look;
  readonly askedAt: number;
  readonly answeredAt: number;
}

interface Sample {
  readonly offsetMs: number;
  /** ± ms. */
  readonly errorMs: number;
  readonly at: number;
}

export interface Verdict {
  /** Whether whoever made this report no longer acts on what it knew then. */
  isSilent(report: Report): boolean;
  /** Whether all who have not reported in this epoch have fallen silent since the one before. */
  readonly isEpochSettled: boolean;
}

/**
 * Reports bear Redis' time, which is a wall clock. Set forward by ten seconds, it makes every living follower look
 * silent. So it is compared with this process' monotonic clock at every look, and once it was set (or nobody has
 * looked for long) ages are believed only {@link FOLLOWER_EXPIRY_MS} later: what is older than that by then, is.
 */
export class SilenceJudge {
  #sample: Sample | null = null;
  #steadySince = Number.POSITIVE_INFINITY;
  #epoch: { readonly token: string; readonly seenAt: number } | null = null;

  judge({ look, askedAt, answeredAt }: TimedLook): Verdict {
    const isBelieved =
      this.#observe(look.now, askedAt, answeredAt) && askedAt - this.#steadySince >= FOLLOWER_EXPIRY_MS;
    // A time that is still to come is from before the clock was set back.
    const isOver = (at: number) => isBelieved && (look.now - at >= FOLLOWER_EXPIRY_MS || at - look.now > TOLERANCE_MS);
    // Seen by this process itself for long enough: once settled, an epoch stays so.
    if (this.#epoch?.token !== look.epoch) this.#epoch = { token: look.epoch, seenAt: answeredAt };
    const isOldHere = askedAt - this.#epoch.seenAt >= FOLLOWER_EXPIRY_MS;
    const isEpochSettled = look.isSettled || isOldHere || isOver(look.epochBegan);
    return { isSilent: ({ at }) => isOver(at), isEpochSettled };
  }

  /** Whether Redis' clock has run evenly since `#steadySince` up to this look. */
  #observe(redisNow: number, askedAt: number, answeredAt: number): boolean {
    if (answeredAt - askedAt > MAX_ROUND_TRIP_MS) return false;
    const at = (askedAt + answeredAt) / 2;
    const sample = { offsetMs: redisNow - at, errorMs: (answeredAt - askedAt) / 2, at };
    if (!this.#sample || !agree(this.#sample, sample)) this.#steadySince = answeredAt;
    this.#sample = sample;
    return true;
  }
}

function agree(earlier: Sample, later: Sample): boolean {
  if (later.at - earlier.at > LOOK_EXPIRY_MS) return false;
  return Math.abs(later.offsetMs - earlier.offsetMs) <= earlier.errorMs + later.errorMs + TOLERANCE_MS;
}
