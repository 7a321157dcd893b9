/** Makes a `NearbyError` of an HTTP answer that tells of a failure (RFC 9457). */
import { type InputDefect, NearbyError } from '../nearby-error.ts';
import { asServerErrorCode } from '../server-error-codes.ts';
import type { HttpAnswer } from './http-caller.ts';

interface Problem {
  readonly code?: unknown;
  readonly title?: unknown;
  readonly detail?: unknown;
  readonly retryable?: unknown;
  readonly errors?: unknown;
}

export function errorFromAnswer(answer: HttpAnswer, text: string): NearbyError {
  const { status } = answer;
  const problem = parseProblem(text);
  const code = asServerErrorCode(problem.code);
  // The load balancer answers without it.
  const mayPass = status === 429 || status >= 500;
  return new NearbyError({
    code: code ?? (mayPass ? 'unavailable' : 'bad_answer'),
    message: sentenceOf(problem) ?? `The server answered ${status}, without saying why.`,
    retryable: typeof problem.retryable === 'boolean' ? problem.retryable : mayPass || code === 'token_expired',
    status,
    retryAfterMs: retryAfterOf(answer.headers.get('retry-after')),
    defects: Array.isArray(problem.errors) ? problem.errors.filter(isDefect) : [],
  });
}

function parseProblem(text: string): Problem {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    // A proxy on the way answers in its own words.
    return {};
  }
}

function sentenceOf({ detail, title }: Problem): string | undefined {
  if (typeof detail === 'string' && detail !== '') return detail;
  return typeof title === 'string' && title !== '' ? `${title}.` : undefined;
}

/** The server gives seconds; a date would be measured by another clock than ours. */
function retryAfterOf(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined;
}

function isDefect(value: unknown): value is InputDefect {
  if (typeof value !== 'object' || value === null || !('path' in value) || !('message' in value)) return false;
  return typeof value.path === 'string' && typeof value.message === 'string';
}
