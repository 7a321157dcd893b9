/** Refuses paths that a proxy and this service may read differently, before any route is matched. */
import type { RequestHandler } from 'express';
import { InvalidInputError } from './parse-input.ts';

/** Encoded slashes, backslashes, percent signs and control characters; the same list as in nginx.conf. */
const AMBIGUOUS_CHARACTERS = /%(?:2f|5c|25|[01][0-9a-f]|7f)|[\\#]/i;
const DOT_SEGMENT = /\/(?:\.|%2e){1,2}(?:\/|$)/i;

/** Responds 400: `..%2fme` would be the path of another resource to whatever decodes it once more. */
export const refuseAmbiguousPaths: RequestHandler = (request, _response, next) => {
  const path = request.originalUrl.split('?', 1)[0] ?? '';
  if (AMBIGUOUS_CHARACTERS.test(path) || DOT_SEGMENT.test(path) || !isDecodable(path)) {
    throw new InvalidInputError(
      'The path must have no dot segments, slashes or percent signs that are encoded, backslashes or control characters.',
    );
  }
  next();
};

/** Whether all percent-encodings are complete and of UTF-8. */
function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
