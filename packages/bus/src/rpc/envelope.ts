/** The frame around every RPC request and response on an instance's channel. */
import { ERROR_CODES, type ErrorCodeName, guardRange, MalformedMessageError } from '@nearby-friends/protocol';
import { TRACE_CONTEXT_BYTES } from '@nearby-friends/service-kit';

/**
 * `u8 version, u8 kind, u32 id`, then for a request `u8 length, optional fields, u8 length, method, u8 length, replyTo`,
 * then the body. The body of an error is the code, a line feed and the sentence.
 *
 * An optional field is `u8 tag, u8 length, value`. A receiver skips tags that it does not know, so that a new field does
 * not need a new version.
 */
export type Envelope =
  | {
      readonly kind: 'request';
      readonly id: number;
      /** The caller's trace context; null when the request is not traced. */
      readonly trace: Buffer | null;
      readonly method: string;
      readonly replyTo: string;
      readonly body: Buffer;
    }
  | { readonly kind: 'response'; readonly id: number; readonly body: Buffer }
  | { readonly kind: 'error'; readonly id: number; readonly code: ErrorCodeName; readonly message: string };

const VERSION = 2;
const KINDS = ['request', 'response', 'error'] as const;
const HEADER_BYTES = 6;
/** Tag and length in front of an optional field. */
const FIELD_HEADER_BYTES = 2;
const TRACE_TAG = 1;

export function encodeRequest(
  id: number,
  method: string,
  replyTo: string,
  body: Buffer,
  trace: Buffer | null = null,
): Buffer {
  const fieldBytes = trace ? FIELD_HEADER_BYTES + trace.length : 0;
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + 3 + fieldBytes + method.length + replyTo.length + body.length);
  let offset = bytes.writeUInt8(fieldBytes, writeHeader(bytes, 'request', id));
  if (trace) {
    offset = bytes.writeUInt8(TRACE_TAG, offset);
    offset = bytes.writeUInt8(trace.length, offset);
    offset += trace.copy(bytes, offset);
  }
  offset = writeText(bytes, method, offset);
  offset = writeText(bytes, replyTo, offset);
  body.copy(bytes, offset);
  return bytes;
}

export function encodeResponse(id: number, body: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  body.copy(bytes, writeHeader(bytes, 'response', id));
  return bytes;
}

export function encodeError(id: number, code: ErrorCodeName, message: string): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  writeHeader(header, 'error', id);
  return Buffer.concat([header, Buffer.from(`${code}\n${message}`)]);
}

/** Throws `MalformedMessageError`. */
export function decodeEnvelope(bytes: Buffer): Envelope {
  return guardRange(() => {
    if (bytes.readUInt8(0) !== VERSION) throw new MalformedMessageError(`envelope of version ${bytes[0]}`);
    const kind = KINDS[bytes.readUInt8(1)];
    const id = bytes.readUInt32BE(2);
    switch (kind) {
      case 'request': {
        const fieldsStart = HEADER_BYTES + 1;
        const fieldsEnd = fieldsStart + bytes.readUInt8(HEADER_BYTES);
        const methodEnd = fieldsEnd + 1 + bytes.readUInt8(fieldsEnd);
        const replyToEnd = methodEnd + 1 + bytes.readUInt8(methodEnd);
        if (replyToEnd > bytes.length) throw new MalformedMessageError('envelope cut short');
        return {
          kind,
          id,
          trace: findTrace(bytes.subarray(fieldsStart, fieldsEnd)),
          method: bytes.toString('latin1', fieldsEnd + 1, methodEnd),
          replyTo: bytes.toString('latin1', methodEnd + 1, replyToEnd),
          body: bytes.subarray(replyToEnd),
        };
      }
      case 'response':
        return { kind, id, body: bytes.subarray(HEADER_BYTES) };
      case 'error':
        return { kind, id, ...parseError(bytes.toString('utf8', HEADER_BYTES)) };
      default:
        throw new MalformedMessageError(`envelope of unknown kind ${bytes[1]}`);
    }
  });
}

function findTrace(fields: Buffer): Buffer | null {
  let offset = 0;
  while (offset < fields.length) {
    const tag = fields.readUInt8(offset);
    const start = offset + FIELD_HEADER_BYTES;
    offset = start + fields.readUInt8(offset + 1);
    if (offset > fields.length) throw new MalformedMessageError('optional field cut short');
    // A trace context of another length comes from another version of this build.
    if (tag === TRACE_TAG && offset - start === TRACE_CONTEXT_BYTES) return fields.subarray(start, offset);
  }
  return null;
}

/** A code that only another version of this build knows counts as `internal`. */
function parseError(text: string): { code: ErrorCodeName; message: string } {
  const end = text.indexOf('\n');
  const code = text.slice(0, Math.max(0, end));
  return { code: isErrorCode(code) ? code : 'internal', message: text.slice(end + 1) };
}

function isErrorCode(text: string): text is ErrorCodeName {
  return Object.hasOwn(ERROR_CODES, text);
}

function writeHeader(bytes: Buffer, kind: (typeof KINDS)[number], id: number): number {
  bytes[0] = VERSION;
  bytes[1] = KINDS.indexOf(kind);
  return bytes.writeUInt32BE(id, 2);
}

function writeText(bytes: Buffer, text: string, offset: number): number {
  const start = bytes.writeUInt8(text.length, offset);
  return start + bytes.write(text, start, 'latin1');
}
