/** A stream whose writer knows when everybody has applied what it wrote, or has fallen silent. */
export { FENCE_MS, READ_BLOCK_MS, SILENT_AFTER_MS } from './fence-times.ts';
export * from './fenced-stream-follower.ts';
export * from './fenced-stream-writer.ts';
export type { StreamEnd, StreamEntry } from './stream-ledger.ts';
