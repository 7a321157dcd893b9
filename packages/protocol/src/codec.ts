/** Codecs between messages and their bytes on the bus. */
import type { z } from 'zod';

/** Bytes that are not a valid message. The receiver drops the message; the sender sees a timeout. */
export class MalformedMessageError extends Error {
  override readonly name = 'MalformedMessageError';
}

export interface Codec<T> {
  encode(message: T): Buffer;
  /** Throws {@link MalformedMessageError}. Redis is an edge: every message is checked. */
  decode(bytes: Buffer): T;
  /** The schema of a JSON message; binary messages have a format version instead. */
  readonly schema?: z.ZodType<T>;
}

/** JSON, checked by a schema. For messages that are not on the hot path. */
export function jsonCodec<T>(schema: z.ZodType<T>): Codec<T> {
  return {
    schema,
    encode: (message) => Buffer.from(JSON.stringify(message)),
    decode: (bytes) => {
      let value: unknown;
      try {
        value = JSON.parse(bytes.toString());
      } catch {
        throw new MalformedMessageError('not JSON');
      }
      const parsed = schema.safeParse(value);
      if (parsed.success) return parsed.data;
      // Only the paths: values may contain a position.
      const paths = parsed.error.issues.map((issue) => issue.path.join('.') || '(root)');
      throw new MalformedMessageError(`wrong at ${paths.join(', ')}`);
    },
  };
}

/** Runs a binary decoder; reading past the end throws {@link MalformedMessageError} like any other defect. */
export function guardRange<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isOutOfBounds(error)) throw new MalformedMessageError('cut short', { cause: error });
    throw error;
  }
}

function isOutOfBounds(error: unknown): boolean {
  // By code, not by class: in Jest, Node's errors belong to another realm.
  const code = (error as { code?: unknown } | null)?.code;
  return code === 'ERR_OUT_OF_RANGE' || code === 'ERR_BUFFER_OUT_OF_BOUNDS';
}
