/** Unsigned tokens for tests of the client. */

/** Returns a JWT that expires at `expiresAt`, ms since the epoch, with an invalid signature. */
export function tokenExpiringAt(expiresAt: number, subject = 'ann'): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'HS256' })}.${part({ sub: subject, exp: expiresAt / 1000 })}.signature`;
}
