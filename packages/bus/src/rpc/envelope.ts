/** The frame around every request and reply on an instance's channel. */
import { ERROR_CODES, type ErrorCodeName, guardRange, MalformedMessageError } from '@nearby-friends/protocol';
import { TRACE_CONTEXT_BYTES } from '@nearby-friends/service-kit';

/**
 * `u8 version, u8 kind, u32 id`, then for a request `u8 length, method, u8 length, replyTo`, then the body.
 * The body of an error is the code, a line feed and the sentence. A traced request has the place in its trace
 * (25 bytes) right behind the id; only instances that have said so can read one, see `trace-readers.ts`.
 */
export type Envelope =
  | {
      readonly kind: 'request';
      readonly id: number;
      /** The place in the asker's trace, if there is one to be continued. */
      readonly trace: Buffer | null;
      readonly method: string;
      readonly replyTo: string;
      body: Buffer;
    }
  | { readonly kind: 'reply'; readonly id: number; readonly body: Buffer }
  | { readonly kind: 'error'; readonly id: number; readonly code: ErrorCodeName; readonly message: string };

const VERSION = 1;
const KINDS = ['request', 'reply', 'error', 'traced request'] as const;
const HEADER_BYTES = 6;

export function encodeRequest(
  id: number,
  method: string,
  replyTo: string,
  body: Buffer,
  trace: Buffer | null = null,
): Buffer {
  const traceBytes = trace?.length ?? 0;
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + traceBytes + 2 + method.length + replyTo.length + body.length);
  let offset = writeHeader(bytes, trace ? 3 : 0, id);
  if (trace) offset += trace.copy(bytes, offset);
  offset = writeText(bytes, method, offset);
  offset = writeText(bytes, replyTo, offset);
  body.copy(bytes, offset);
  return bytes;
}

export function encodeReply(id: number, body: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  body.copy(bytes, writeHeader(bytes, 1, id));
  return bytes;
}

export function encodeError(id: number, code: ErrorCodeName, message: string): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  writeHeader(header, 2, id);
  return Buffer.concat([header, Buffer.from(`${code}\n${message}`)]);
}

/** Throws `MalformedMessageError`. */
export function decodeEnvelope(bytes: Buffer): Envelope {
  return guardRange(() => {
    if (bytes.readUInt8(0) !== VERSION) throw new MalformedMessageError(`envelope of version ${bytes[0]}`);
    const kind = KINDS[bytes.readUInt8(1)];
    const id = bytes.readUInt32BE(2);
    switch (kind) {
      case 'request':
      case 'traced request': {
        const start = HEADER_BYTES + (kind === 'request' ? 0 : TRACE_CONTEXT_BYTES);
        const methodEnd = start + 1 + bytes.readUInt8(start);
        const replyToEnd = methodEnd + 1 + bytes.readUInt8(methodEnd);
        if (replyToEnd > bytes.length) throw new MalformedMessageError('envelope cut short');
        return {
          kind: 'request',
          id,
          trace: kind === 'request' ? null : bytes.subarray(HEADER_BYTES, start),
          method: bytes.toString('latin1', start + 1, methodEnd),
          replyTo: bytes.toString('latin1', methodEnd + 1, replyToEnd),
          body: bytes.subarray(replyToEnd),
        };
      }
      case 'reply':
        return { kind, id, body: bytes.subarray(HEADER_BYTES) };
      case 'error':
        return { kind, id, ...parseError(bytes.toString('utf8', HEADER_BYTES)) };
      default:
        throw new MalformedMessageError(`envelope of unknown kind ${bytes[1]}`);
    }
  });
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

function writeHeader(bytes: Buffer, kind: number, id: number): number {
  bytes[0] = VERSION;
  bytes[1] = kind;
  return bytes.writeUInt32BE(id, 2);
}

function writeText(bytes: Buffer, text: string, offset: number): number {
  const start = bytes.writeUInt8(text.length, offset);
  return start + bytes.write(text, start, 'latin1');
}
