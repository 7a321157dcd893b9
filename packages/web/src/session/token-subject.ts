/** Reads of a token whose it is. Whether it is good is for the server to say. */

/** The token's `sub`; undefined when it is no token, or nobody's. */
export function subjectOf(token: string): string | undefined {
  try {
    const payload = (token.trim().split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const claims: unknown = JSON.parse(atob(payload));
    if (typeof claims !== 'object' || claims === null || !('sub' in claims)) return undefined;
    return typeof claims.sub === 'string' ? claims.sub : undefined;
  } catch {
    return undefined;
  }
}
