/** gateway → location: a batch of positions to store and publish. Binary, because it is on the hot path. */
import { type Codec, guardRange, MalformedMessageError } from '../codec.ts';
import { readUserId, type UserId } from '../user-id.ts';
import type { Method } from './method.ts';

export interface ReceivedPosition {
  readonly user: UserId;
  /** When the gateway received it, ms on Redis' clock. */
  readonly at: number;
  /** Encoded by `encodePositionBody`. */
  readonly body: Buffer;
}

export const RECORD_OUTCOMES = ['stored', 'superseded', 'expired', 'failed', 'unshared', 'taken-over'] as const;
/**
 * - `stored`: stored and published.
 * - `superseded`: a newer position of the same user is already stored; nothing to do.
 * - `expired`: older than the TTL, or than the erasure of its user, when it arrived.
 * - `failed`: Redis did not accept it; send it again.
 * - `unshared`: another device of the user shares its position; nothing to do.
 * - `taken-over`: as `stored`, and from now on this device shares in place of another one. `at` is that of the other device's
 *   position if this one is older: then it is kept until the next report.
 */
export type RecordOutcome = (typeof RECORD_OUTCOMES)[number];

export interface RecordedPosition {
  readonly outcome: RecordOutcome;
  /** The stored time, ms; only valid for `stored`, `superseded` and `taken-over`. */
  readonly at: number;
}

const FORMAT_VERSION = 1;
const ENTRY_OVERHEAD_BYTES = 1 + 8 + 1;

/** `u8 version, u16 count, count × (u8 idLength, id, f64 at, u8 bodyLength, body)` */
const request: Codec<readonly ReceivedPosition[]> = {
  encode(positions) {
    let size = 3;
    for (const { user, body } of positions) size += ENTRY_OVERHEAD_BYTES + user.length + body.length;
    const bytes = Buffer.allocUnsafe(size);
    bytes[0] = FORMAT_VERSION;
    let offset = bytes.writeUInt16BE(positions.length, 1);
    for (const { user, at, body } of positions) {
      offset = bytes.writeUInt8(user.length, offset);
      offset += bytes.write(user, offset, 'latin1');
      offset = bytes.writeDoubleBE(at, offset);
      offset = bytes.writeUInt8(body.length, offset);
      offset += body.copy(bytes, offset);
    }
    return bytes;
  },
  decode(bytes) {
    return guardRange(() => {
      if (bytes[0] !== FORMAT_VERSION) throw new MalformedMessageError(`position batch of format ${bytes[0]}`);
      const positions: ReceivedPosition[] = new Array(bytes.readUInt16BE(1));
      let offset = 3;
      for (let i = 0; i < positions.length; i++) {
        const idEnd = offset + 1 + bytes.readUInt8(offset);
        const user = readUserId(bytes, offset + 1, idEnd);
        const at = bytes.readDoubleBE(idEnd);
        const bodyEnd = idEnd + 9 + bytes.readUInt8(idEnd + 8);
        if (bodyEnd > bytes.length) throw new MalformedMessageError('position batch cut short');
        positions[i] = { user, at, body: bytes.subarray(idEnd + 9, bodyEnd) };
        offset = bodyEnd;
      }
      return positions;
    });
  },
};

/** `count × (u8 outcome, f64 at)`, in the order of the request */
const response: Codec<readonly RecordedPosition[]> = {
  encode(results) {
    const bytes = Buffer.allocUnsafe(results.length * 9);
    let offset = 0;
    for (const { outcome, at } of results) {
      offset = bytes.writeUInt8(RECORD_OUTCOMES.indexOf(outcome), offset);
      offset = bytes.writeDoubleBE(at, offset);
    }
    return bytes;
  },
  decode(bytes) {
    return guardRange(() => {
      const results: RecordedPosition[] = [];
      for (let offset = 0; offset < bytes.length; offset += 9) {
        const outcome = RECORD_OUTCOMES[bytes.readUInt8(offset)];
        if (outcome === undefined) throw new MalformedMessageError('unknown outcome');
        results.push({ outcome, at: bytes.readDoubleBE(offset + 1) });
      }
      return results;
    });
  },
};

export const recordPositions: Method<readonly ReceivedPosition[], readonly RecordedPosition[]> = {
  service: 'location',
  name: 'record-positions',
  request,
  response,
};
