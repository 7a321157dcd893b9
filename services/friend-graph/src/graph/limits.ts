/** Limits per user. Not settings: the memory of gateways and the duration of lookups are dimensioned for them. */

/** G3. */
export const MAX_FRIENDS = 5_000;
/** Pending requests of one user. */
export const MAX_OPEN_REQUESTS = 1_000;
export const MAX_BLOCKS = 10_000;
/** Requests per list and direction. */
export const MAX_LISTED_REQUESTS = 1_000;
/** Invites of one user that can still be accepted. */
export const MAX_OPEN_INVITES = 20;
/** Registered devices of one user; connections do not count. */
export const MAX_DEVICES = 10;
