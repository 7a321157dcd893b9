/** The binary argument and result of the script in `record-script.ts`. */
import { RECORD_OUTCOMES, type ReceivedPosition } from '@nearby-friends/protocol';
import type { Recorded } from './location-cache.ts';

const ARGUMENT_OVERHEAD_BYTES = 8 + 1;
const OUTCOME_BYTES = 1 + 8 + 1 + 8;

/** The result for a position that was not accepted. */
export const FAILED: Recorded = { outcome: 'failed', at: 0, activeSince: 0, isAnnounced: true };

/**
 * Times and bodies as one argument: 100 positions cost ioredis one buffer instead of 200. Keys are separate, since a Redis
 * Cluster and ACLs require a script's keys to be named; both forms are equally fast in Redis.
 */
export function packPositions(positions: readonly ReceivedPosition[]): Buffer {
  let size = 0;
  for (const { body } of positions) size += ARGUMENT_OVERHEAD_BYTES + body.length;
  const bytes = Buffer.allocUnsafe(size);
  let offset = 0;
  for (const { at, body } of positions) {
    offset = bytes.writeDoubleBE(at, offset);
    offset = bytes.writeUInt8(body.length, offset);
    offset += body.copy(bytes, offset);
  }
  return bytes;
}

/** Decodes the outcomes, in the order of the positions. */
export function unpackOutcomes(bytes: Buffer): Recorded[] {
  const outcomes: Recorded[] = [];
  for (let offset = 0; offset < bytes.length; offset += OUTCOME_BYTES) {
    const outcome = RECORD_OUTCOMES[bytes.readUInt8(offset)] ?? 'failed';
    if (outcome === 'failed') {
      outcomes.push(FAILED);
      continue;
    }
    outcomes.push({
      outcome,
      at: bytes.readDoubleBE(offset + 1),
      isAnnounced: bytes[offset + 9] === 1,
      activeSince: bytes.readDoubleBE(offset + 10),
    });
  }
  return outcomes;
}
