/** A stream whose writer can wait until every follower has applied an entry or has expired. */
export { FENCE_MS, FOLLOWER_EXPIRY_MS, READ_BLOCK_MS } from './fence-times.ts';
export * from './fenced-stream-follower.ts';
export * from './fenced-stream-writer.ts';
export type { StreamEnd, StreamEntry } from './stream-ledger.ts';
