/** The body of every failed HTTP response (RFC 9457), of the services and of the load balancer. */
import { z } from 'zod';
import { ERROR_CODES, type ErrorCodeName } from './error-codes.ts';

export const PROBLEM_TYPE = 'application/problem+json';

const CODES = Object.keys(ERROR_CODES) as [ErrorCodeName, ...ErrorCodeName[]];

export const problemSchema = z
  .strictObject({
    type: z.string().describe('A URI that names the kind of problem: `urn:nearby-friends:problem:` and the code.'),
    title: z.string(),
    status: z.int(),
    code: z.enum(CODES),
    detail: z.string().describe('A sentence for a person.'),
    retryable: z.boolean().describe('Whether the same call may succeed later.'),
    errors: z
      .array(z.strictObject({ path: z.string(), message: z.string() }))
      .optional()
      .describe('Every invalid field of the input, by path. No value is repeated.'),
  })
  .meta({ id: 'Problem', description: 'RFC 9457, with a stable code.' });

export type Problem = z.infer<typeof problemSchema>;

/** The fields that a code decides. */
export function problemOf(code: ErrorCodeName): Pick<Problem, 'type' | 'title' | 'status' | 'code' | 'retryable'> {
  const { title, status, retryable } = ERROR_CODES[code];
  return { type: `urn:nearby-friends:problem:${code}`, title, status, code, retryable };
}
