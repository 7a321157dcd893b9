/** Answers failures as problem details (RFC 9457) with a stable `code`. */
import { asCodedError, CodedError, ERROR_CODES, type ErrorCodeName } from '@nearby-friends/protocol';
import type { Logger } from '@nearby-friends/service-kit';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { InvalidInputError } from './parse-input.ts';

/** When to come back after 503, s: a restarted or failed-over PostgreSQL takes a few. */
const RETRY_AFTER_SECONDS = 2;

export const PROBLEM_TYPE = 'application/problem+json';

export const problemSchema = z
  .strictObject({
    type: z.string().describe('A URI that names the kind of problem.'),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(ERROR_CODES) as [ErrorCodeName, ...ErrorCodeName[]]),
    detail: z.string().optional().describe('A sentence for a person. Absent when the load balancer answers.'),
    retryable: z
      .boolean()
      .optional()
      .describe('Whether the same call may succeed later. Absent when the load balancer answers.'),
    errors: z
      .array(z.strictObject({ path: z.string(), message: z.string() }))
      .optional()
      .describe('Every defect of the input, by its place. No value is repeated.'),
  })
  .meta({ id: 'Problem', description: 'RFC 9457, with a stable code.' });

/** Answers 404 to whatever no route has taken. */
export const answerNotFound: RequestHandler = () => {
  throw new CodedError('not_found', 'There is nothing at this address. Check the path.');
};

/** Answers 405 to the methods a route does not have. */
export function answerMethodNotAllowed(...allowed: readonly string[]): RequestHandler {
  return (_request, response) => {
    response.setHeader('Allow', allowed.join(', '));
    throw new CodedError('method_not_allowed', `This address takes ${allowed.join(', ')} only.`);
  };
}

/** The last handler of all: whatever was thrown becomes an answer, and what nobody foresaw a line in the log too. */
export function answerProblem(logger: Logger): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  return (error: unknown, _request, response, _next) => {
    const coded = fromBodyParser(error) ?? asCodedError(error);
    // Who has left, left; what was begun goes on.
    if (response.closed) return;
    if (coded.code === 'internal') logger.error({ error }, 'a request failed');
    if (coded.code === 'unavailable') logger.warn({ error: coded.cause ?? coded }, 'a request could not be served');
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

/** What Express' own parsers throw carries a status and a type; their messages may repeat the body and are not used. */
function fromBodyParser(error: unknown): CodedError | null {
  if (typeof error !== 'object' || error === null || !('status' in error) || typeof error.status !== 'number') {
    return null;
  }
  if (error.status === 413) return new CodedError('payload_too_large', 'Send at most 16 KB.');
  if (error.status < 400 || error.status >= 500) return null;
  const type = 'type' in error ? error.type : undefined;
  if (type === 'entity.parse.failed') return new InvalidInputError('The body is not JSON. Send a JSON object.');
  return new InvalidInputError('The request cannot be read. Send uncompressed JSON in UTF-8.');
}
