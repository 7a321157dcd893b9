/** Tokens as far as a client looks into them. */

/** A JWT with that end, ms since the epoch, and no signature worth the name. */
export function tokenEndingAt(endsAt: number, subject = 'ann'): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'HS256' })}.${part({ sub: subject, exp: endsAt / 1000 })}.signature`;
}
