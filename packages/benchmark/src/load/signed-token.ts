/** Signs the tokens of a benchmark's users, as the issuer of a deployment would. */
import { createHmac } from 'node:crypto';

const LIFETIME_SECONDS = 6 * 3600;
const HEADER = encode({ alg: 'HS256', typ: 'JWT' });

/** A JWT (RFC 7519, HS256) for audience and issuer `nearby-friends`. */
export function signedToken(user: string, secret: string): string {
  const claims = {
    sub: user,
    aud: 'nearby-friends',
    iss: 'nearby-friends',
    exp: Math.floor(Date.now() / 1000) + LIFETIME_SECONDS,
  };
  const signed = `${HEADER}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
