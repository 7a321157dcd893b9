/** Converts a failed HTTP response (RFC 9457 problem document) to a `NearbyError`. */

import { asServerErrorCode } from '../as-server-error-code.ts';
import { NearbyError } from '../nearby-error.ts';
import { readDefects } from '../read-defects.ts';
import type { HttpResponse } from './fetch-like.ts';

interface Problem {
  readonly code?: unknown;
  readonly title?: unknown;
  readonly detail?: unknown;
  readonly retryable?: unknown;
  readonly errors?: unknown;
}

export function errorFromResponse(response: HttpResponse, text: string): NearbyError {
  const { status } = response;
  const problem = parseProblem(text);
  const code = asServerErrorCode(problem.code);
  // Responses of a proxy in front carry no code.
  const isTransient = status === 429 || status >= 500;
  return new NearbyError({
    code: code ?? (isTransient ? 'unavailable' : 'bad_answer'),
    message: messageOf(problem) ?? `The server responded with status ${status} without a reason.`,
    retryable: typeof problem.retryable === 'boolean' ? problem.retryable : isTransient || code === 'token_expired',
    status,
    retryAfterMs: readRetryAfterMs(response.headers.get('retry-after')),
    defects: readDefects(problem.errors),
  });
}

function parseProblem(text: string): Problem {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    // A proxy in between responds without a problem document.
    return {};
  }
}

function messageOf({ detail, title }: Problem): string | undefined {
  if (typeof detail === 'string' && detail !== '') return detail;
  return typeof title === 'string' && title !== '' ? `${title}.` : undefined;
}

/** Reads seconds only: an HTTP date would depend on the difference between two clocks. */
function readRetryAfterMs(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined;
}
