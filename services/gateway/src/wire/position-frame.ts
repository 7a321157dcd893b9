/** Recognizes a position update or a pong in the bytes of a client's WebSocket frame. The hot path. */
import { LOCATION_UPDATE } from '@nearby-friends/protocol';
import { FIN_TEXT, MAX_IN_ONE_BYTE, TWO_BYTES_FOLLOW } from './websocket-frame.ts';

export interface ReportFrame {
  /** Any JSON. */
  readonly payload: unknown;
  /** The id by which the client expects an ack; null when it expects none. */
  readonly ackId: number | null;
}

/** In the second byte. */
const MASKED = 0x80;
const MASK_BYTES = 4;
const FIRST_NOT_ASCII = 0x80;
/** Larger than any position update with only the known fields. */
const MAX_PAYLOAD_BYTES = 512;

/** Engine.IO's type of a message, Socket.IO's of an event. */
const EVENT = '42';
const NAME = `["${LOCATION_UPDATE}",`;
/** Socket.IO counts from 0; no client gets to a longer id. */
const MAX_ACK_DIGITS = 9;
const ZERO = 0x30;
const NINE = 0x39;
const CLOSING_BRACKET = 0x5d;

/** Engine.IO's pong packet. */
const PONG = '3';
const PONG_BYTE = PONG.charCodeAt(0);
const PONG_FRAME_BYTES = 2 + MASK_BYTES + 1;

/** Shared, since each frame is parsed before the next one arrives. */
const text = Buffer.allocUnsafeSlow(MAX_PAYLOAD_BYTES);

/**
 * Returns null unless `bytes` are exactly one frame with exactly one position update in ASCII. Everything else, also
 * malformed frames, is left to the general parsers.
 */
export function readReportFrame(bytes: Buffer): ReportFrame | null {
  const length = unmask(bytes);
  if (length === 0 || text[length - 1] !== CLOSING_BRACKET) return null;
  const packet = text.toString('latin1', 0, length - 1);
  if (!packet.startsWith(EVENT)) return null;
  const nameAt = endOfDigits(packet, EVENT.length);
  if (!packet.startsWith(NAME, nameAt)) return null;
  try {
    return {
      payload: JSON.parse(packet.slice(nameAt + NAME.length)),
      ackId: nameAt === EVENT.length ? null : Number(packet.slice(EVENT.length, nameAt)),
    };
  } catch {
    return null;
  }
}

/** Whether `bytes` are exactly one frame with exactly one Engine.IO pong. */
export function isPongFrame(bytes: Buffer): boolean {
  return (
    bytes.length === PONG_FRAME_BYTES &&
    bytes[0] === FIN_TEXT &&
    bytes[1] === (MASKED | 1) &&
    ((bytes[2] as number) ^ (bytes[PONG_FRAME_BYTES - 1] as number)) === PONG_BYTE
  );
}

/** Unmasks the payload into {@link text}; returns its length, or 0 unless it is one whole text frame in ASCII. */
function unmask(bytes: Buffer): number {
  if (bytes[0] !== FIN_TEXT) return 0;
  const short = (bytes[1] ?? 0) - MASKED;
  const isShort = short >= 0 && short <= MAX_IN_ONE_BYTE;
  if (!isShort && (short !== TWO_BYTES_FOLLOW || bytes.length < 4)) return 0;
  const length = isShort ? short : bytes.readUInt16BE(2);
  const maskAt = isShort ? 2 : 4;
  const payloadAt = maskAt + MASK_BYTES;
  if (length > MAX_PAYLOAD_BYTES || bytes.length !== payloadAt + length) return 0;
  let seen = 0;
  for (let i = 0; i < length; i++) {
    const byte = (bytes[payloadAt + i] as number) ^ (bytes[maskAt + (i & 3)] as number);
    text[i] = byte;
    seen |= byte;
  }
  return seen < FIRST_NOT_ASCII ? length : 0;
}

function endOfDigits(packet: string, from: number): number {
  let at = from;
  while (at < from + MAX_ACK_DIGITS && packet.charCodeAt(at) >= ZERO && packet.charCodeAt(at) <= NINE) at++;
  return at;
}
