/** How long a follower may act on what it knows, and how long writers must wait until it no longer does. */

/** A follower may act for this long after its last proof. */
export const FENCE_MS = 5_000;
/**
 * A follower whose last report is older than this has expired. The additional second covers the difference between the
 * two clocks that measure it (the follower's and Redis'), and the time in which a message decided just before is sent.
 */
export const FOLLOWER_EXPIRY_MS = FENCE_MS + 1_000;
/** How long one read waits for an entry: an idle follower renews its proof this often, well within its fence. */
export const READ_BLOCK_MS = 1_000;
