/** How much one person can have. Not settings: gateways' memory and the time of a lookup are dimensioned by them. */

/** G3. */
export const MAX_FRIENDS = 5_000;
/** Requests of one user that nobody has answered. */
export const MAX_OPEN_REQUESTS = 1_000;
export const MAX_BLOCKS = 10_000;
/** How many requests a list shows in each direction. */
export const MAX_LISTED_REQUESTS = 1_000;
