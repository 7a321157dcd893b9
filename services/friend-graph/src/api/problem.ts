/** Responds to failures with problem details (RFC 9457) and a stable `code`. */
import { asCodedError, CodedError, ERROR_CODES, type ErrorCodeName } from '@nearby-friends/protocol';
import type { Logger } from '@nearby-friends/service-kit';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { TooManyRequestsError } from '../lanes/user-limits.ts';
import { InvalidInputError } from './parse-input.ts';

/** Retry-After of a 503, s: a restart or failover of PostgreSQL takes a few seconds. */
const RETRY_AFTER_SECONDS = 2;

export const PROBLEM_TYPE = 'application/problem+json';

export const problemSchema = z
  .strictObject({
    type: z.string().describe('A URI that names the kind of problem.'),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(ERROR_CODES) as [ErrorCodeName, ...ErrorCodeName[]]),
    detail: z.string().optional().describe('A sentence for a person. Absent in responses of the load balancer.'),
    retryable: z
      .boolean()
      .optional()
      .describe('Whether the same call may succeed later. Absent in responses of the load balancer.'),
    errors: z
      .array(z.strictObject({ path: z.string(), message: z.string() }))
      .optional()
      .describe('Every invalid field of the input, by path. No value is repeated.'),
  })
  .meta({ id: 'Problem', description: 'RFC 9457, with a stable code.' });

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
  const { status, title, retryable } = ERROR_CODES[error.code];
  if (status === 401) {
    response.setHeader('WWW-Authenticate', 'Bearer error="invalid_token"');
  }
  if (status === 503) response.setHeader('Retry-After', String(RETRY_AFTER_SECONDS));
  if (error instanceof TooManyRequestsError) response.setHeader('Retry-After', String(error.retryAfterSeconds));
  const defects = error instanceof InvalidInputError && error.defects.length > 0 ? { errors: [...error.defects] } : {};
  const problem: z.infer<typeof problemSchema> = {
    type: `urn:nearby-friends:problem:${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    retryable,
    ...defects,
  };
  response.status(status).type(PROBLEM_TYPE).send(JSON.stringify(problem));
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
