/** Parses client input with a schema and reports every invalid field. */
import { CodedError, type InputDefect } from '@nearby-friends/protocol';
import type { z } from 'zod';

/** Responds 400 with all defects; none of them repeats a value. */
export class InvalidInputError extends CodedError {
  constructor(message: string, defects: readonly InputDefect[] = []) {
    super('invalid_payload', message, { defects });
  }
}

/** Returns the parsed input. Throws {@link InvalidInputError}. */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const defects = parsed.error.issues.flatMap(toDefects);
  const paths = defects.map(({ path }) => path || 'the root').join(', ');
  throw new InvalidInputError(`The request is invalid at ${paths}; see "errors".`, defects);
}

function toDefects(issue: z.core.$ZodIssue): InputDefect[] {
  const path = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys') return [{ path: path.join('.'), message: issue.message }];
  return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'unknown field' }));
}
