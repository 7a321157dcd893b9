/** The binary form of a user's last known position: the Redis entry, and the message on the user's channel. */
import { MalformedMessageError } from './codec.ts';
import { type DeviceMark, MARK_BYTES_WITHOUT_GATEWAY, readMarkedDevice, writeDeviceMark } from './device-mark.ts';
import type { Position } from './position.ts';
import { MAX_STAYS_VISIBLE_SECONDS } from './registered-device.ts';

/** A position with its version. */
export interface PositionRecord {
  /** When a gateway received it, ms since the epoch on Redis' clock. This is the version: older never replaces newer (L3). */
  readonly at: number;
  readonly position: Position;
  /** How long it lives from `at` on, ms, if the registered device that reported it says so. Absent: the deployment's TTL (L2). */
  readonly lifetimeMs?: number | undefined;
}

/**
 * Layout of an entry; numbers are big-endian IEEE 754 doubles.
 *
 * | offset | length | what |
 * |---|---|---|
 * | 0 | 1 | format version |
 * | 1 | 1 | 1 once friend-graph has announced this user, else 0 |
 * | 2 | 8 | when this user became active, ms; the flag above belongs to this activity |
 * | 10 | 8 | `at` |
 * | 18 | | body: flags, lat, lng, then each optional field whose flag is set, the lifetime and the device mark likewise |
 *
 * The lifetime is a u16, in seconds. The location service's Lua script reads and writes the header and the device mark. Of the
 * rest of the body it reads the flags, and the lifetime from the end: later fields have to come before it.
 */
export const RECORD_FORMAT_VERSION = 1;
export const RECORD_HEADER_BYTES = 18;
const AT_OFFSET = 10;

export const FIXED_BODY_BYTES = 17;
const HAS_ACCURACY = 1;
const HAS_HEADING = 2;
const HAS_SPEED = 4;
const HAS_BATTERY = 8;
/** Builds that do not know it ignore the mark. */
export const HAS_DEVICE_MARK = 16;
/** Builds that do not know it ignore the lifetime. */
export const HAS_LIFETIME = 32;
export const LIFETIME_BYTES = 2;
const OPTIONAL_FIELDS = [
  ['accuracy', HAS_ACCURACY],
  ['heading', HAS_HEADING],
  ['speed', HAS_SPEED],
  ['battery', HAS_BATTERY],
] as const;
const ALL_FLAGS = HAS_ACCURACY | HAS_HEADING | HAS_SPEED | HAS_BATTERY;
/** Length of a body without lifetime and mark, by its flags. */
const BODY_BYTES = Array.from(
  { length: ALL_FLAGS + 1 },
  (_, flags) => FIXED_BODY_BYTES + 8 * OPTIONAL_FIELDS.filter(([, flag]) => (flags & flag) !== 0).length,
);

/** Encodes a reported position, which device reported it, and how many whole seconds it lives if that is not the TTL. */
export function encodePositionBody(position: Position, mark?: DeviceMark, lifetimeSeconds?: number): Buffer {
  const markBytes = mark === undefined ? 0 : MARK_BYTES_WITHOUT_GATEWAY + mark.gateway.length;
  const body = Buffer.allocUnsafe(FIXED_BODY_BYTES + 8 * OPTIONAL_FIELDS.length + LIFETIME_BYTES + markBytes);
  let flags = 0;
  let offset = FIXED_BODY_BYTES;
  body.writeDoubleBE(position.lat, 1);
  body.writeDoubleBE(position.lng, 9);
  for (const [field, flag] of OPTIONAL_FIELDS) {
    const value = position[field];
    if (value === undefined) continue;
    flags |= flag;
    offset = body.writeDoubleBE(value, offset);
  }
  if (lifetimeSeconds !== undefined) {
    flags |= HAS_LIFETIME;
    offset = body.writeUInt16BE(lifetimeSeconds, offset);
  }
  if (mark !== undefined) {
    flags |= HAS_DEVICE_MARK;
    offset = writeDeviceMark(body, offset, mark);
  }
  body[0] = flags;
  return body.subarray(0, offset);
}

/** Decodes the body that starts at `start`. Throws {@link MalformedMessageError} when it is cut short. */
export function decodePositionBody(bytes: Buffer, start = 0): Position {
  if (bytes.length < start + FIXED_BODY_BYTES) throw new MalformedMessageError('position cut short');
  const flags = bytes.readUInt8(start);
  const position: Position = { lat: bytes.readDoubleBE(start + 1), lng: bytes.readDoubleBE(start + 9) };
  let offset = start + FIXED_BODY_BYTES;
  for (const [field, flag] of OPTIONAL_FIELDS) {
    if ((flags & flag) === 0) continue;
    if (bytes.length < offset + 8) throw new MalformedMessageError('position cut short');
    position[field] = bytes.readDoubleBE(offset);
    offset += 8;
  }
  return position;
}

/**
 * How long the position of the body that starts at `start` lives, ms; undefined: the deployment's TTL. Throws
 * {@link MalformedMessageError} when it is cut short.
 */
export function readLifetimeMs(bytes: Buffer, start = 0): number | undefined {
  const flags = bytes.readUInt8(start);
  if ((flags & HAS_LIFETIME) === 0) return undefined;
  const end = start + bodyBytes(flags);
  if (bytes.length < end) throw new MalformedMessageError('position cut short');
  return Math.min(bytes.readUInt16BE(end - LIFETIME_BYTES), MAX_STAYS_VISIBLE_SECONDS) * 1000;
}

/** Length of a body without mark, by its flags. */
function bodyBytes(flags: number): number {
  const bytes = BODY_BYTES[flags & ALL_FLAGS] as number;
  return (flags & HAS_LIFETIME) === 0 ? bytes : bytes + LIFETIME_BYTES;
}

/** Whether {@link decodePositionBody} can read these bytes. */
export function isPositionBody(bytes: Buffer): boolean {
  const flags = bytes[0];
  return flags !== undefined && bytes.length >= bodyBytes(flags);
}

/** The time of an entry without decoding the rest; 0 when it is cut short. */
export function readRecordTime(bytes: Buffer): number {
  return bytes.length < RECORD_HEADER_BYTES ? 0 : bytes.readDoubleBE(AT_OFFSET);
}

/** The device of an entry's `DeviceMark`; null for an entry without a mark, cut short or of another format. */
export function readDevice(entry: Buffer): string | null {
  if (entry[0] !== RECORD_FORMAT_VERSION || entry.length < RECORD_HEADER_BYTES + FIXED_BODY_BYTES) return null;
  const flags = entry.readUInt8(RECORD_HEADER_BYTES);
  if ((flags & HAS_DEVICE_MARK) === 0) return null;
  return readMarkedDevice(entry, RECORD_HEADER_BYTES + bodyBytes(flags));
}

/** Decodes a whole entry. Throws {@link MalformedMessageError} on another format version or when it is cut short. */
export function decodePositionRecord(bytes: Buffer): PositionRecord {
  if (bytes.length < RECORD_HEADER_BYTES) throw new MalformedMessageError('position record cut short');
  if (bytes[0] !== RECORD_FORMAT_VERSION) {
    throw new MalformedMessageError(`position record of format ${bytes[0]}, this build reads ${RECORD_FORMAT_VERSION}`);
  }
  const at = bytes.readDoubleBE(AT_OFFSET);
  const position = decodePositionBody(bytes, RECORD_HEADER_BYTES);
  // The hot path: most positions have none.
  if ((bytes.readUInt8(RECORD_HEADER_BYTES) & HAS_LIFETIME) === 0) return { at, position };
  return { at, position, lifetimeMs: readLifetimeMs(bytes, RECORD_HEADER_BYTES) };
}
