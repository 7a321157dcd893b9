/** Lets pages of other sites call the API (CORS): with a token in a header, never with cookies, which this API does not use. */
import cors from 'cors';
import type { RequestHandler } from 'express';
import { nameRoute } from './log-requests.ts';

/** How long a browser remembers a permission: long enough for a session, short enough for a change of ALLOWED_ORIGINS. */
const PREFLIGHT_MAX_AGE_SECONDS = 600;

const PREFLIGHT_ROUTE = 'preflight';

/** For the pages of these origins only. Must precede whatever responds, since pages must also be able to read failures. */
export function allowOrigins(origins: readonly string[]): RequestHandler[] {
  // Without it, responses do not depend on the origin, and caches need not know it.
  if (origins.length === 0) return [];
  const namePreflight = nameRoute(PREFLIGHT_ROUTE);
  return [
    (request, response, next) => (request.method === 'OPTIONS' ? namePreflight(request, response, next) : next()),
    cors({
      origin: [...origins],
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      // The headers that a page asks for are allowed: an app may send its own with every call.
      exposedHeaders: ['Retry-After'],
      credentials: false,
      maxAge: PREFLIGHT_MAX_AGE_SECONDS,
    }),
  ];
}
