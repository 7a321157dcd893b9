import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '@nearby-friends/testing/eventually';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { type FriendGraphOfTest, TEST_SECRET, useFriendGraph } from '../friend-graph.testing.ts';

const services = useFriendGraph();
const AUDIENCE = 'nearby-friends';
const ISSUER = 'nearby-friends';
const KEY = new TextEncoder().encode(TEST_SECRET);

interface Claims {
  audience?: string;
  issuer?: string;
  /** null: none. */
  expires?: number | string | null;
  subject?: string;
}

function claims({ audience = AUDIENCE, issuer = ISSUER, expires = '1h', subject = 'ann' }: Claims = {}): SignJWT {
  const jwt = new SignJWT().setAudience(audience).setIssuer(issuer).setSubject(subject);
  return expires === null ? jwt : jwt.setExpirationTime(expires);
}

const signed = (given?: Claims) => claims(given).setProtectedHeader({ alg: 'HS256' }).sign(KEY);

async function refusalOf(service: FriendGraphOfTest, authorization: string | undefined) {
  const response = await fetch(`${service.apiUrl}/me`, { headers: authorization ? { authorization } : {} });
  const { code } = (await response.json()) as { code?: string };
  return { status: response.status, code, challenge: response.headers.get('www-authenticate') };
}

const UNAUTHORIZED = { status: 401, code: 'unauthorized', challenge: expect.stringMatching(/^Bearer/) };

describe('[A1] tokens over HTTP', () => {
  it('lets the right one in, so that what follows is refused for its one defect', async () => {
    const service = await services.start();
    expect(await refusalOf(service, `Bearer ${await signed()}`)).toMatchObject({ status: 200 });
    expect(await refusalOf(service, `bearer ${await signed()}`)).toMatchObject({ status: 200 });
  });

  it('refuses no token, no Bearer, and rubbish', async () => {
    const service = await services.start();
    for (const authorization of [undefined, await signed(), `Basic ${await signed()}`, 'Bearer', 'Bearer x.y.z']) {
      expect(await refusalOf(service, authorization)).toEqual(UNAUTHORIZED);
    }
  });

  it('refuses another audience, issuer or secret, no expiry, and a subject that is no user id', async () => {
    const service = await services.start();
    const tokens = [
      await signed({ audience: 'elsewhere' }),
      await signed({ issuer: 'other-issuer' }),
      await signed({ expires: null }),
      await signed({ subject: 'not a user id' }),
      await claims()
        .setProtectedHeader({ alg: 'HS256' })
        .sign(new TextEncoder().encode('x'.repeat(32))),
    ];
    for (const token of tokens) expect(await refusalOf(service, `Bearer ${token}`)).toEqual(UNAUTHORIZED);
  });

  it('distinguishes an expired one', async () => {
    const service = await services.start();
    const expired = await signed({ expires: Math.floor(Date.now() / 1000) - 60 });
    expect(await refusalOf(service, `Bearer ${expired}`)).toEqual({ ...UNAUTHORIZED, code: 'token_expired' });
  });

  it('does not let a token choose how it is checked: alg none, RS256, another HMAC', async () => {
    const service = await services.start();
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const unsecured = new UnsecuredJWT({}).setAudience(AUDIENCE).setIssuer(ISSUER).setSubject('ann');
    const rs256 = await claims().setProtectedHeader({ alg: 'RS256' }).sign(privateKey);
    const [header = '', payload = ''] = (await signed()).split('.');
    const renamed = Buffer.from(JSON.stringify({ alg: 'RS256' })).toString('base64url');
    const tokens = [
      unsecured.setExpirationTime('1h').encode(),
      rs256,
      // The right HMAC under a header that names another algorithm, and the right header without a signature.
      `${renamed}.${payload}.${rs256.split('.')[2]}`,
      `${header}.${payload}.`,
      await claims().setProtectedHeader({ alg: 'HS512' }).sign(KEY),
    ];
    for (const token of tokens) expect(await refusalOf(service, `Bearer ${token}`)).toEqual(UNAUTHORIZED);
    expect(await services.database.query('SELECT id FROM users')).toEqual([]);
  });
});

describe('[A1] tokens signed with a private key', () => {
  it('are verified with the keys at JWKS_URL; while those are unavailable no token is refused permanently, and readiness stays', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const jwk = { ...(await exportJWK(publicKey)), kid: 'one' };
    const host = createServer((_request, response) => response.end(JSON.stringify({ keys: [jwk] })));
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
    const { port } = host.address() as AddressInfo;
    const env = { JWT_SECRET: '', DEV_TOKENS: 'false', JWKS_URL: `http://127.0.0.1:${port}/` };
    const token = await claims().setProtectedHeader({ alg: 'ES256', kid: 'one' }).sign(privateKey);
    const service = await services.start(env);
    expect(await refusalOf(service, `Bearer ${token}`)).toMatchObject({ status: 200 });
    // A secret is no key, not even the one that other deployments have.
    expect(await refusalOf(service, `Bearer ${await signed()}`)).toEqual(UNAUTHORIZED);

    await new Promise((resolve) => host.close(resolve).closeAllConnections());
    expect(await refusalOf(service, `Bearer ${token}`)).toMatchObject({ status: 200 });
    const late = await services.start(env);
    expect(await refusalOf(late, `Bearer ${token}`)).toMatchObject({ status: 503, code: 'unavailable' });
    await eventually(async () => expect((await fetch(`${late.opsUrl}/ready`)).status).toBe(200));
  });
});
