/** Signs a token as the services of a composed system with a shared secret accept it. */
import { SignJWT } from 'jose';

export function createTestToken(user: string, secret: string): Promise<string> {
  return new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(user)
    .setAudience('nearby-friends')
    .setIssuer('nearby-friends')
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(secret));
}
