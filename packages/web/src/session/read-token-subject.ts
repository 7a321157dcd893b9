/** Reads the `sub` claim of a token without verifying it. */

/** Returns undefined if the token is not a JWT with a subject. */
export function readTokenSubject(token: string): string | undefined {
  try {
    const payload = (token.trim().split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const claims: unknown = JSON.parse(atob(payload));
    if (typeof claims !== 'object' || claims === null || !('sub' in claims)) return undefined;
    return typeof claims.sub === 'string' ? claims.sub : undefined;
  } catch {
    return undefined;
  }
}
