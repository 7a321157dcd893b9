/** How much room the oracle leaves the deployment, in one place with the reasons. */
import type { OracleRules } from './verdict.ts';

/** S5: a friend is removed within the TTL and this much. ms. */
const REMOVAL_MS = 1_000;
/** A gateway's flush interval, the way to the client, and a busy machine on it. ms. */
const DELIVERY_MS = 500;
/** Ages are judged on the clock of a gateway by times from Redis' clock; NTP keeps machines closer than this. ms. */
const CLOCK_SKEW_MS = 250;

/** S4: lists are right within this time. ms. */
const CONVERGENCE_MS = 5_000;

/** The oracle's rules for a deployment whose positions live `ttlMs` of wall time. */
export function oracleRules({ radiusMeters, ttlMs }: { radiusMeters: number; ttlMs: number }): OracleRules {
  return { radiusMeters, ttlMs, earlyMs: CLOCK_SKEW_MS, lateMs: REMOVAL_MS + DELIVERY_MS };
}

/**
 * How long a checkpoint waits for lists to become right, ms: at most half a TTL. After a whole one no user would be
 * active any more, and a server that shows nothing would be right in the end.
 */
export function convergenceDeadlineMs(ttlMs: number): number {
  return Math.min(CONVERGENCE_MS, ttlMs / 2);
}
