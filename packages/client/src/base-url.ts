/** Checks the address of a deployment where the app passes it, because a later error would not reach the caller. */
import { NearbyError } from './nearby-error.ts';

/**
 * Returns the address without a slash at its end. It may have a path, which all addresses below it then have. Throws a
 * `NearbyError` with the code `invalid_option`, also for `localhost:8080`, which is a url with the scheme `localhost`.
 */
export function baseUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    throw invalidOption('url', 'url must begin with http:// or https://, for example https://nearby.example.org.');
  }
  const { origin, pathname, username, password, search, hash } = parsed;
  if (username + password + search + hash !== '') {
    throw invalidOption('url', 'url must have no user, query or fragment, for example https://example.org/nearby.');
  }
  return `${origin}${pathname.replace(/\/+$/, '')}`;
}

/** The error for a wrong option. */
export function invalidOption(path: string, message: string): NearbyError {
  return new NearbyError({ code: 'invalid_option', message, retryable: false, defects: [{ path, message }] });
}
