/** Responds to failures with problem details (RFC 9457) and a stable `code`. */
import { asCodedError, CodedError, PROBLEM_TYPE, type Problem, problemOf } from '@nearby-friends/protocol';
import type { Logger } from '@nearby-friends/service-kit';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { TooManyRequestsError } from '../lanes/user-limits.ts';
import { InvalidInputError } from './parse-input.ts';

/** Retry-After of a 503, s: a restart or failover of PostgreSQL takes a few seconds. */
const RETRY_AFTER_SECONDS = 2;

/** Responds 404 where no route matches. */
export const respondNotFound: RequestHandler = () => {
  throw new CodedError('not_found', 'There is no resource at this path. Check the path.');
};

/** Responds 405 to the methods a route does not have. */
export function respondMethodNotAllowed(...allowed: readonly string[]): RequestHandler {
  return (_request, response) => {
    response.setHeader('Allow', allowed.join(', '));
    throw new CodedError('method_not_allowed', `This path accepts only ${allowed.join(', ')}.`);
  };
}

/** The last handler: responds to every error, and logs unexpected ones. */
export function respondProblem(logger: Logger): ErrorRequestHandler {
  // Express recognises an error handler by its four parameters.
  return (error: unknown, _request, response, _next) => {
    const coded = fromBodyParser(error) ?? asCodedError(error);
    // The client has disconnected.
    if (response.closed) return;
    if (coded.code === 'internal') logger.error({ error }, 'request failed');
    if (coded.code === 'unavailable') logger.warn({ error: coded.cause ?? coded }, 'request unavailable');
    if (response.headersSent) response.destroy();
    else send(response, coded);
  };
}

function send(response: Response, error: CodedError): void {
  const problem = problemOf(error.code);
  const { status } = problem;
  if (status === 401) {
    response.setHeader('WWW-Authenticate', 'Bearer error="invalid_token"');
  }
  if (status === 503) response.setHeader('Retry-After', String(RETRY_AFTER_SECONDS));
  if (error instanceof TooManyRequestsError) response.setHeader('Retry-After', String(error.retryAfterSeconds));
  const defects = error.defects.length > 0 ? { errors: [...error.defects] } : {};
  const body: Problem = { ...problem, detail: error.message, ...defects };
  response.status(status).type(PROBLEM_TYPE).send(JSON.stringify(body));
}

/** Errors of Express' own parsers have a status and a type; their messages may repeat the body and are not used. */
function fromBodyParser(error: unknown): CodedError | null {
  if (typeof error !== 'object' || error === null || !('status' in error) || typeof error.status !== 'number') {
    return null;
  }
  if (error.status === 413) return new CodedError('payload_too_large', 'The body must be at most 16 KB.');
  if (error.status < 400 || error.status >= 500) return null;
  const type = 'type' in error ? error.type : undefined;
  if (type === 'entity.parse.failed') return new InvalidInputError('The body must be a JSON object.');
  return new InvalidInputError('The body must be uncompressed JSON in UTF-8.');
}
