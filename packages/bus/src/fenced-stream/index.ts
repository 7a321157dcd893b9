/** A stream whose writer knows when everybody has applied what it wrote, or has fallen silent. */
export { FENCE_MS, FOLLOWER_EXPIRY_MS, READ_BLOCK_MS } from './fence-times.ts';
export * from './fenced-stream-follower.ts';
export * from './fenced-stream-writer.ts';
export type { StreamEnd, StreamEntry } from './stream-ledger.ts';
