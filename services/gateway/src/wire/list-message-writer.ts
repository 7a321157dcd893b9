/** Writes list messages as complete WebSocket frames. The hot path. */
import {
  isSeenExactly,
  NEARBY_CHANGES,
  NEARBY_SNAPSHOT,
  type PositionRecord,
  type UserId,
} from '@nearby-friends/protocol';
import type { ListMessage } from '../viewer/list-message.ts';
import type { Watch } from '../viewer/session.ts';
import { exactText, gridText } from './friend-text.ts';
import { PING_FRAME } from './ping-frame.ts';
import { FIN_TEXT, MAX_IN_ONE_BYTE, TWO_BYTES_FOLLOW } from './websocket-frame.ts';

const MAX_IN_TWO_BYTES = 0xffff;
const EIGHT_BYTES_FOLLOW = 127;
/** Space for the longest header; a shorter one is aligned to its end. */
const MAX_HEADER_BYTES = 10;
/** Engine.IO's packet type of a message. */
const ENGINE_MESSAGE = '4';

/** Size of a buffer, which a client that stops reading may retain. Only a longer message gets a larger one. */
const CHUNK_BYTES = 16 * 1024;
/** A longer frame gets a buffer of its own, so that a client that stops reading retains only that. */
const LONG_FRAME_BYTES = CHUNK_BYTES / 8;
/** Releases the memory of a burst of sign-ons. */
const MAX_CHUNKS_KEPT = 64;
const NOTHING = Buffer.alloc(0);
/** Larger than any friend or id: an id has at most 64 characters, all else are numbers. */
const MAX_ITEM_BYTES = 512;

const DOT = 0x2e;
const ZERO = 0x30;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACE = 0x7d;
const CENTIMETRES = 100;

/** Distances are sent in whole centimetres, since positions are not more accurate. */
export const toCentimetres = (meters: number): number => Math.round(meters * CENTIMETRES);

/** An event without an ack, in the default namespace, as Socket.IO writes it. */
const CHANGES_BEGIN = `${ENGINE_MESSAGE}2["${NEARBY_CHANGES}",{"upserts":[`;
const CHANGES_REMOVED = '],"removed":[';
const CHANGES_END = ']}]';
const snapshotBegin = (radiusMeters: number): string =>
  `${ENGINE_MESSAGE}2["${NEARBY_SNAPSHOT}",{"radiusMeters":${radiusMeters},"friends":[`;
const SNAPSHOT_END = ']}]';

/**
 * A few buffers serve all sessions, since the kernel nearly always takes a message in the turn in which it is written: a
 * message allocates only a view, and the part that all viewers of a position share is serialized once. Everything written
 * is ASCII: ids, numbers and field names.
 */
export class ListMessageWriter {
  /** First the buffers of the messages since the last {@link reuse}, then free ones. */
  #chunks: Buffer[] = [];
  readonly #givenAway = new Set<ArrayBufferLike>();
  #chunk = -1;
  #bytes: Buffer = NOTHING;
  /** Where the current message begins, with the space for its frame's header. */
  #start = 0;
  #length = 0;

  beginChanges(): void {
    this.#begin(CHANGES_BEGIN);
  }

  beginSnapshot(radiusMeters: number): void {
    this.#begin(snapshotBegin(radiusMeters));
  }

  /** Writes a `NearbyFriend` of the protocol; where the exact form is not for the viewer, the grid place and the time only. */
  addFriend({ subject, grant }: Watch, latest: PositionRecord, distanceMeters: number): void {
    this.#ensureRoom();
    this.#writeItem(isSeenExactly(grant, latest.at) ? exactText(subject, latest) : gridText(subject, latest));
    this.#writeDistance(distanceMeters);
    this.#bytes[this.#length++] = CLOSING_BRACE;
  }

  /** Ends the message, optionally with a ping frame after it. `removed` is not kept. */
  endChanges(removed: readonly UserId[], hasPing = false): ListMessage {
    this.#write(CHANGES_REMOVED);
    for (const user of removed) {
      this.#ensureRoom();
      // User ids contain no character that needs escaping.
      this.#writeItem(`,"${user}"`);
    }
    this.#write(CHANGES_END);
    return this.#end(hasPing);
  }

  endSnapshot(): ListMessage {
    this.#write(SNAPSHOT_END);
    return this.#end(false);
  }

  /** The kernel has not taken all of the message yet: its buffer is not reused. */
  giveAway({ frame }: ListMessage): void {
    this.#givenAway.add(frame.buffer);
  }

  /** All messages have been handed over: their bytes may be overwritten, except those given away. */
  reuse(): void {
    const isFree = (chunk: Buffer): boolean => chunk.length === CHUNK_BYTES && !this.#givenAway.has(chunk.buffer);
    this.#chunks = this.#chunks.filter(isFree).slice(0, MAX_CHUNKS_KEPT);
    this.#givenAway.clear();
    this.#chunk = -1;
    this.#bytes = NOTHING;
    this.#length = 0;
  }

  #begin(text: string): void {
    this.#start = this.#length;
    this.#ensureRoom();
    this.#length = this.#start + MAX_HEADER_BYTES;
    this.#write(text);
  }

  #write(text: string): void {
    this.#length += this.#bytes.write(text, this.#length, 'latin1');
  }

  /** Every item begins with a comma; the first item's is overwritten by the bracket before it. */
  #writeItem(text: string): void {
    const before = this.#length - 1;
    if (this.#bytes[before] !== OPENING_BRACKET) {
      this.#write(text);
      return;
    }
    this.#length = before;
    this.#write(text);
    this.#bytes[before] = OPENING_BRACKET;
  }

  /** With two decimals, digit by digit: a string per distance would be allocated. */
  #writeDistance(meters: number): void {
    const centimetres = toCentimetres(meters);
    const whole = Math.floor(centimetres / CENTIMETRES);
    let digits = 1;
    for (let bound = 10; bound <= whole; bound *= 10) digits++;
    this.#writeDigits(whole, digits);
    this.#bytes[this.#length++] = DOT;
    this.#writeDigits(centimetres - whole * CENTIMETRES, 2);
  }

  #writeDigits(value: number, digits: number): void {
    let left = value;
    for (let at = this.#length + digits - 1; at >= this.#length; at--) {
      const shorter = Math.floor(left / 10);
      this.#bytes[at] = ZERO + left - shorter * 10;
      left = shorter;
    }
    this.#length += digits;
  }

  /** Ensures space for one item and the message's end. If necessary the message moves to another chunk. */
  #ensureRoom(): void {
    if (this.#length + MAX_ITEM_BYTES <= this.#bytes.length) return;
    const begun = this.#bytes.subarray(this.#start, this.#length);
    const next = this.#nextChunk(2 * begun.length);
    begun.copy(next);
    this.#bytes = next;
    this.#length = begun.length;
    this.#start = 0;
  }

  #nextChunk(minBytes: number): Buffer {
    this.#chunk++;
    const free = this.#chunks[this.#chunk];
    if (free && free.length >= minBytes) return free;
    const added = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, minBytes));
    this.#chunks.splice(this.#chunk, 0, added);
    return added;
  }

  #end(hasPing: boolean): ListMessage {
    const payloadAt = this.#start + MAX_HEADER_BYTES;
    const begin = writeHeader(this.#bytes, payloadAt, this.#length - payloadAt);
    const end = this.#length - begin;
    if (hasPing) this.#write(PING_FRAME);
    let frame = this.#bytes.subarray(begin, this.#length);
    if (frame.length > LONG_FRAME_BYTES) {
      frame = Buffer.from(frame);
      this.#length = this.#start;
    }
    return new WrittenMessage(frame, payloadAt - begin + ENGINE_MESSAGE.length, end);
  }
}

class WrittenMessage implements ListMessage {
  readonly frame: Buffer;
  readonly #packetAt: number;
  readonly #packetEnd: number;

  constructor(frame: Buffer, packetAt: number, packetEnd: number) {
    this.frame = frame;
    this.#packetAt = packetAt;
    this.#packetEnd = packetEnd;
  }

  get hasPing(): boolean {
    return this.#packetEnd < this.frame.length;
  }

  toPacket(): string {
    return this.frame.toString('latin1', this.#packetAt, this.#packetEnd);
  }
}

/** Writes the header of a frame right before its payload; returns where it begins. */
function writeHeader(bytes: Buffer, payloadAt: number, payloadBytes: number): number {
  if (payloadBytes <= MAX_IN_ONE_BYTE) return beginHeader(bytes, payloadAt - 2, payloadBytes);
  if (payloadBytes <= MAX_IN_TWO_BYTES) {
    bytes.writeUInt16BE(payloadBytes, payloadAt - 2);
    return beginHeader(bytes, payloadAt - 4, TWO_BYTES_FOLLOW);
  }
  bytes.writeBigUInt64BE(BigInt(payloadBytes), payloadAt - 8);
  return beginHeader(bytes, payloadAt - MAX_HEADER_BYTES, EIGHT_BYTES_FOLLOW);
}

function beginHeader(bytes: Buffer, at: number, length: number): number {
  bytes[at] = FIN_TEXT;
  bytes[at + 1] = length;
  return at;
}
