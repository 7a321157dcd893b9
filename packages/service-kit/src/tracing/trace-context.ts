/** A trace context as bytes, for messages between services: 16 for the trace id, 8 for the span id, 1 for flags. */
import { MalformedMessageError } from '@nearby-friends/protocol';

interface TraceContext {
  /** Hexadecimal. */
  readonly traceId: string;
  readonly spanId: string;
  readonly flags: number;
}

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;
export const TRACE_CONTEXT_BYTES = TRACE_ID_BYTES + SPAN_ID_BYTES + 1;

export function encodeTraceContext({ traceId, spanId, flags }: TraceContext): Buffer {
  return Buffer.concat([Buffer.from(traceId, 'hex'), Buffer.from(spanId, 'hex'), Buffer.from([flags])]);
}

/** Throws `MalformedMessageError`. */
export function decodeTraceContext(bytes: Buffer): TraceContext {
  if (bytes.length !== TRACE_CONTEXT_BYTES) throw new MalformedMessageError(`trace context of ${bytes.length} bytes`);
  return {
    traceId: bytes.toString('hex', 0, TRACE_ID_BYTES),
    spanId: bytes.toString('hex', TRACE_ID_BYTES, TRACE_CONTEXT_BYTES - 1),
    flags: bytes.readUInt8(TRACE_CONTEXT_BYTES - 1),
  };
}
