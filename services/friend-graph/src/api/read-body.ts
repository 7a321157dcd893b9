/** Reads a request's body: JSON, small, in UTF-8. */
import express, { type Request, type Response } from 'express';
import type { z } from 'zod';
import { InvalidInputError, parseInput } from './parse-input.ts';

/** As nginx; the largest body of this API has some hundred bytes. */
export const MAX_BODY_BYTES = 16_384;

const readJson = express.json({ limit: MAX_BODY_BYTES, inflate: false });

/** The checked body. Called by handlers and not before them, so that only the bodies of known users are read. */
export async function readBody<T>(schema: z.ZodType<T>, request: Request, response: Response): Promise<T> {
  await new Promise<void>((resolve, reject) => {
    readJson(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
  });
  const body: unknown = request.body;
  if (body === undefined) {
    throw new InvalidInputError('There is no JSON body. Send one, with "Content-Type: application/json".');
  }
  return parseInput(schema, body);
}
