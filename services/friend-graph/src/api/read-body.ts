/** Reads a small JSON request body in UTF-8. */
import express, { type Request, type Response } from 'express';
import type { z } from 'zod';
import { InvalidInputError, parseInput } from './parse-input.ts';
import type { Route } from './route.ts';

/** The same limit as in nginx; the largest body of this API has some hundred bytes. */
const MAX_BODY_BYTES = 16_384;

/** Requests whose body has turned out to be empty: the parser makes an object of that. */
const empty = new WeakSet<object>();

const readJson = express.json({
  limit: MAX_BODY_BYTES,
  inflate: false,
  verify: (request, _response, body) => {
    if (body.length === 0) empty.add(request);
  },
});

/** Returns the parsed body. Handlers call it after authentication, so that only bodies of known users are read. */
export async function readBody<T>(
  { isBodyOptional = false }: Pick<Route, 'isBodyOptional'>,
  schema: z.ZodType<T>,
  request: Request,
  response: Response,
): Promise<T> {
  await new Promise<void>((resolve, reject) => {
    readJson(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
  });
  const hasBody = request.body !== undefined && !empty.has(request);
  if (!hasBody && !(isBodyOptional && isWithoutBody(request))) {
    throw new InvalidInputError('A JSON body is required. Send it with "Content-Type: application/json".');
  }
  return parseInput(schema, hasBody ? request.body : {});
}

/** Some clients and proxies send `Content-Length: 0` where there is no body, or an empty one in chunks. */
function isWithoutBody(request: Request): boolean {
  if (empty.has(request)) return true;
  const { headers } = request;
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
}
