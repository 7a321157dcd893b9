/** What the script of `record-script.ts` is given for a batch, and what it answers. */
import { RECORD_OUTCOMES, type ReceivedPosition } from '@nearby-friends/protocol';
import type { Recorded } from './location-cache.ts';

const ARGUMENT_OVERHEAD_BYTES = 8 + 1;
const ANSWER_BYTES = 1 + 8 + 1 + 8;

/** What is known of a position that was not taken. */
export const FAILED: Recorded = { outcome: 'failed', at: 0, activeSince: 0, isAnnounced: true };

/**
 * Times and bodies as one argument: 100 positions cost ioredis one buffer instead of 200. The keys are not in it, since
 * a script's keys have to be named for a Redis Cluster and for access lists; Redis takes either form equally fast.
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

/** Reads the answers, in the order of the positions. */
export function unpackAnswers(bytes: Buffer): Recorded[] {
  const answers: Recorded[] = [];
  for (let offset = 0; offset < bytes.length; offset += ANSWER_BYTES) {
    const outcome = RECORD_OUTCOMES[bytes.readUInt8(offset)] ?? 'failed';
    if (outcome === 'failed') {
      answers.push(FAILED);
      continue;
    }
    answers.push({
      outcome,
      at: bytes.readDoubleBE(offset + 1),
      isAnnounced: bytes[offset + 9] === 1,
      activeSince: bytes.readDoubleBE(offset + 10),
    });
  }
  return answers;
}
