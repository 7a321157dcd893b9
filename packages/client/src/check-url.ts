/** Checks the address of a deployment where the app passes it, because a later error would not reach the caller. */

/** Returns the parsed url. Throws a `TypeError`, also for `localhost:8080`, which is a url with the scheme `localhost`. */
export function checkUrl(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed && (parsed.protocol === 'http:' || parsed.protocol === 'https:')) return parsed;
  throw new TypeError('url must begin with http:// or https://, for example https://nearby.example.org.');
}
