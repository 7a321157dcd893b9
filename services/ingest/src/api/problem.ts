/** Answers failures with problem details (RFC 9457) and a stable `code`, as all services do. */
import { type CodedError, PROBLEM_TYPE, type Problem, problemOf } from '@nearby-friends/protocol';
import type { Response } from 'express';

/** As nginx says it. */
const RETRY_AFTER_SECONDS: Partial<Record<number, number>> = { 429: 5, 503: 2 };

export function sendProblem(response: Response, error: CodedError): void {
  const problem = problemOf(error.code);
  if (problem.status === 401) response.setHeader('WWW-Authenticate', 'Basic realm="nearby friends", charset="UTF-8"');
  const retryAfter = RETRY_AFTER_SECONDS[problem.status];
  if (retryAfter !== undefined) response.setHeader('Retry-After', String(retryAfter));
  const defects = error.defects.length > 0 ? { errors: [...error.defects] } : {};
  const body: Problem = { ...problem, detail: error.message, ...defects };
  response.status(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(body));
}
