/** gateway → location: which of these users are active, and where. */
import { z } from 'zod';
import { type Codec, guardRange, jsonCodec, MalformedMessageError } from '../codec.ts';
import { decodePositionRecord, type PositionRecord } from '../position-record.ts';
import { readUserId, type UserId, userIdSchema } from '../user-id.ts';
import type { Method } from './method.ts';

export interface ActiveEntry {
  readonly user: UserId;
  /** A whole position record, to be decoded with `decodePositionRecord`. */
  readonly entry: Buffer;
}
export interface ActiveUser extends PositionRecord {
  readonly user: UserId;
}

/** `count × (u8 idLength, id, u8 entryLength, entry)`; users without an entry are omitted. */
const entriesCodec: Codec<readonly ActiveEntry[]> = {
  encode(entries) {
    let size = 0;
    for (const { user, entry } of entries) size += 2 + user.length + entry.length;
    const bytes = Buffer.allocUnsafe(size);
    let offset = 0;
    for (const { user, entry } of entries) {
      offset = bytes.writeUInt8(user.length, offset);
      offset += bytes.write(user, offset, 'latin1');
      offset = bytes.writeUInt8(entry.length, offset);
      offset += entry.copy(bytes, offset);
    }
    return bytes;
  },
  decode(bytes) {
    return guardRange(() => {
      const entries: ActiveEntry[] = [];
      let offset = 0;
      while (offset < bytes.length) {
        const idEnd = offset + 1 + bytes.readUInt8(offset);
        const user = readUserId(bytes, offset + 1, idEnd);
        const entryEnd = idEnd + 1 + bytes.readUInt8(idEnd);
        if (entryEnd > bytes.length) throw new MalformedMessageError('active entries cut short');
        entries.push({ user, entry: bytes.subarray(idEnd + 1, entryEnd) });
        offset = entryEnd;
      }
      return entries;
    });
  },
};

/** Maximum number of users in one request. */
const MAX_READ_ACTIVE_USERS = 10_000;

export const readActive: Method<{ users: UserId[] }, readonly ActiveEntry[]> = {
  service: 'location',
  name: 'read-active',
  request: jsonCodec(z.object({ users: z.array(userIdSchema).max(MAX_READ_ACTIVE_USERS) })),
  response: entriesCodec,
};

/** Decodes the entries of a response. Throws `MalformedMessageError`. */
export function toActiveUsers(entries: readonly ActiveEntry[]): ActiveUser[] {
  return entries.map(({ user, entry }) => ({ user, ...decodePositionRecord(entry) }));
}
