/** Validates the payload of a client's event. */
import { CodedError } from '@nearby-friends/protocol';
import type { z } from 'zod';

/** Throws `invalid_payload` with the offending paths, never the values: they may be a position. */
export function parsePayload<T>(schema: z.ZodType<T>, payload: unknown): T {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const defects = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  const problems = defects.map(({ path, message }) => `${path || '(payload)'}: ${message}`);
  throw new CodedError('invalid_payload', `Payload does not match the schema. ${problems.join('; ')}`, { defects });
}
