/** Answers failures with problem details (RFC 9457) and a stable `code`, as all services do. */
import { type CodedError, PROBLEM_TYPE, type Problem, problemOf } from '@nearby-friends/protocol';
import type { Response } from 'express';

const RETRY_AFTER_SECONDS = 2;

export function sendProblem(response: Response, error: CodedError): void {
  const problem = problemOf(error.code);
  if (problem.status === 401) response.setHeader('WWW-Authenticate', 'Basic realm="nearby friends", charset="UTF-8"');
  if (problem.status === 503) response.setHeader('Retry-After', String(RETRY_AFTER_SECONDS));
  const body: Problem = { ...problem, detail: error.message };
  response.status(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(body));
}
