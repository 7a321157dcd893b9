/** How long a follower may act on what it knows, and how long others have to wait for that to be over. */

export const FENCE_MS = 5_000;
/**
 * Whoever has not reported for this long has fallen silent. The second on top covers what the two clocks that measure
 * it (the follower's and Redis') may differ by, and the time in which something decided just before is still sent.
 */
export const FOLLOWER_EXPIRY_MS = FENCE_MS + 1_000;
/** How long one read waits for an entry: an idle follower proves itself anew this often, well within its fence. */
export const READ_BLOCK_MS = 1_000;
