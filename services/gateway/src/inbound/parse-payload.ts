/** Checks what a client sent. */
import { CodedError } from '@nearby-friends/protocol';
import type { z } from 'zod';

/** Throws `invalid_payload` naming the offending paths, and never the values: they may be a position. */
export function parsePayload<T>(schema: z.ZodType<T>, payload: unknown): T {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || '(payload)'}: ${issue.message}`);
  throw new CodedError('invalid_payload', `Send what the protocol says. ${problems.join('; ')}`);
}
