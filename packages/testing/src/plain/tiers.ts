/** How often tests repeat what has to hold every time: few times in `npm test`, many times in `npm run test:full`. */

export const TIER: 'quick' | 'full' = process.env['TEST_TIER'] === 'full' ? 'full' : 'quick';

/** Times that each way of revoking is tried under load (rights.e2e). */
export const REVOCATIONS_EACH = inTier({ quick: 20, full: 300 });
/** Deliveries that the same test must have checked at least: about 40 for each try. */
export const MIN_DELIVERIES_CHECKED = inTier({ quick: 600, full: 10_000 });
/** Pairs of friends who sign on in the same instant (sign-on.e2e). */
export const SIGN_ON_RACES = inTier({ quick: 100, full: 1_000 });
/** Sign-ons and sign-offs in random order (sign-on.e2e). */
export const SIGN_ON_CHURN = inTier({ quick: 200, full: 1_000 });
/** Moves and changes of sharing that the client's list is compared over (live-list.e2e). */
export const LIVE_LIST_STEPS = inTier({ quick: 60, full: 200 });
/** Random histories of rights on a gateway (rights-model); some defects need several hundred to show. */
export const RIGHTS_MODEL_RUNS = inTier({ quick: 100, full: 300 });
/** Random histories, and concurrent changes, that the friend graph is compared over (graph-model). */
export const GRAPH_MODEL_RUNS = inTier({ quick: 2, full: 10 });
export const GRAPH_MODEL_RACES = inTier({ quick: 6, full: 30 });
/** Changes and erasures of the same accounts at once, by PostgreSQL alone (accounts). */
export const ACCOUNT_RACES = inTier({ quick: 6, full: 20 });
/** Erasures of accounts beside calls and positions of the same user (erasure). */
export const ERASURE_RACES = inTier({ quick: 64, full: 1_000 });
/** Times that many accounts ask one id at once, for each kind of id (existence-timing). */
export const TIMING_ROUNDS = inTier({ quick: 40, full: 200 });
/** Seeds of the failures that the fenced stream goes through (fenced-stream-chaos). */
export const STREAM_CHAOS_SEEDS = inTier({ quick: '1', full: '1,2' });

function inTier<T>(values: Readonly<Record<typeof TIER, T>>): T {
  return values[TIER];
}
