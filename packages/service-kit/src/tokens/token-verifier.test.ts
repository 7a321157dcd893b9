import { createHmac, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { MAX_TOKEN_LENGTH } from '@nearby-friends/protocol';
import { type JWTPayload, SignJWT } from 'jose';
import { createSecretVerifier } from './token-verifier.ts';

const secret = 'a secret of the tests that is long enough';
const key = new TextEncoder().encode(secret);
const verifier = createSecretVerifier({ secret, audience: 'nearby-friends', issuer: 'nearby-friends' });
const inAnHour = () => Math.floor(Date.now() / 1000) + 3_600;
const good = (): JWTPayload => ({ sub: 'ann', exp: inAnHour(), aud: 'nearby-friends', iss: 'nearby-friends' });

const sign = (payload: JWTPayload, alg = 'HS256', by: Parameters<SignJWT['sign']>[0] = key) =>
  new SignJWT(payload).setProtectedHeader({ alg }).sign(by);

/** A token put together by hand, as no library would. */
function forge(header: object, payload: object, signWith?: string | Buffer): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part(header)}.${part(payload)}`;
  return `${signed}.${signWith === undefined ? '' : createHmac('sha256', signWith).update(signed).digest('base64url')}`;
}

const expectUnauthorized = (token: string) =>
  expect(verifier.verify(token)).rejects.toMatchObject({ name: 'CodedError', code: 'unauthorized', retryable: false });

describe('[A1] a token', () => {
  it('that is valid returns its user and expiry', async () => {
    const payload = good();
    expect(await verifier.verify(await sign(payload))).toEqual({
      userId: 'ann',
      issuedAt: null,
      expiresAt: Number(payload.exp) * 1000,
    });
  });

  it('may be for others too, if it is for us', async () => {
    await verifier.verify(await sign({ ...good(), aud: ['another-app', 'nearby-friends'] }));
  });

  it('put together by hand passes when everything is right: so it is the defect that the others fail by', async () => {
    await verifier.verify(forge({ alg: 'HS256' }, good(), secret));
  });

  it.each(['', '..', '../..', 'a.b.c', 'garbage', '{}', 'eyJhbGciOiJIUzI1NiJ9..'])('is none: %j', expectUnauthorized);

  it('that is too long is refused unread', async () => {
    const long = await sign({ ...good(), pad: 'x'.repeat(MAX_TOKEN_LENGTH) });
    await expectUnauthorized(long);
  });

  it('signed with another secret, or changed afterwards, is refused', async () => {
    await expectUnauthorized(await sign(good(), 'HS256', new TextEncoder().encode(`${secret}!`)));
    const [header, , signature] = (await sign(good())).split('.');
    const payload = Buffer.from(JSON.stringify({ ...good(), sub: 'bob' })).toString('base64url');
    await expectUnauthorized(`${header}.${payload}.${signature}`);
  });

  it.each(['none', 'None', 'NONE', ''])('cannot do without a signature: alg %j', async (alg) => {
    await expectUnauthorized(forge({ alg }, good()));
    await expectUnauthorized(forge({ alg }, good(), secret));
  });

  it.each(['HS384', 'HS512'])('cannot choose another algorithm, even with the right secret: %s', async (alg) => {
    await expectUnauthorized(await sign(good(), alg));
  });

  it('cannot choose a public-key algorithm', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    await expectUnauthorized(await sign(good(), 'RS256', privateKey));
    await expectUnauthorized(forge({ alg: 'RS256' }, good(), publicKey.export({ type: 'spki', format: 'pem' })));
    await expectUnauthorized(forge({ alg: 'RS256' }, good(), secret));
  });

  const defects: Record<string, object> = {
    'another audience': { aud: 'another-app' },
    'no audience': { aud: undefined },
    'another issuer': { iss: 'another-app' },
    'no issuer': { iss: undefined },
    'no end': { exp: undefined },
    'an end that is no number': { exp: 'tomorrow' },
    'an endless end': { exp: null },
    'no user': { sub: undefined },
    'an empty user': { sub: '' },
    'no user id': { sub: 'ann smith' },
    'a user id with a line feed': { sub: 'ann\n' },
    'a user id that is too long': { sub: 'a'.repeat(65) },
    'a user who is a number': { sub: 7 },
  };
  it.each(Object.entries(defects))('of %s is refused', async (_, change) => {
    await expectUnauthorized(forge({ alg: 'HS256' }, { ...good(), ...change }, secret));
  });

  it('that was good and has expired may be renewed', async () => {
    const expired = await sign({ ...good(), exp: Math.floor(Date.now() / 1000) - 6 });
    await expect(verifier.verify(expired)).rejects.toMatchObject({ code: 'token_expired', retryable: true });
  });

  describe('of an issuer whose clock differs', () => {
    const now = () => Math.floor(Date.now() / 1000);

    it('counts a few seconds before it begins and after it ends', async () => {
      for (const change of [{ nbf: now() + 3 }, { iat: now() + 3 }, { exp: now() - 3 }]) {
        expect(await verifier.verify(await sign({ ...good(), ...change }))).toMatchObject({ userId: 'ann' });
      }
    });

    it('begins later than that: the client is told to try again with it', async () => {
      for (const change of [{ nbf: now() + 10 }, { iat: now() + 10 }]) {
        await expect(verifier.verify(await sign({ ...good(), ...change }))).rejects.toMatchObject({
          code: 'token_not_yet_valid',
          retryable: true,
        });
      }
    });

    it('lives no longer than it may, whenever it says that it was issued', async () => {
      const limited = createSecretVerifier({
        secret,
        audience: 'nearby-friends',
        issuer: 'nearby-friends',
        maxLifetimeMs: 60_000,
      });
      await limited.verify(await sign({ ...good(), iat: now() - 62 }));
      const old = limited.verify(await sign({ ...good(), iat: now() - 67 }));
      await expect(old).rejects.toMatchObject({ code: 'token_expired' });
      const future = limited.verify(await sign({ ...good(), iat: now() + 3_600 }));
      await expect(future).rejects.toMatchObject({ code: 'token_not_yet_valid' });
    });

    it('is refused for another defect, whenever it begins', async () => {
      await expectUnauthorized(await sign({ ...good(), nbf: inAnHour(), aud: 'another-app' }));
      await expectUnauthorized(forge({ alg: 'HS256' }, { ...good(), nbf: 'tomorrow' }, secret));
      await expectUnauthorized(forge({ alg: 'HS256' }, { ...good(), iat: 'yesterday' }, secret));
    });
  });

  it('names its user in the claim and the format of the settings, and says so when it does not', async () => {
    const forProvider = createSecretVerifier({
      secret,
      audience: 'nearby-friends',
      issuer: 'nearby-friends',
      userClaim: 'email',
      userIdFormat: 'escaped',
    });
    const token = await sign({ ...good(), sub: 'auth0|1', email: 'ann@example.org' });
    expect(await forProvider.verify(token)).toMatchObject({ userId: 'ann_40example_2Eorg' });
    await expect(verifier.verify(token)).rejects.toMatchObject({
      code: 'unauthorized',
      message: expect.stringContaining('JWT_USER_CLAIM'),
    });
    await expect(forProvider.verify(await sign(good()))).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it('that has expired and was never good is just refused', async () => {
    const past = Math.floor(Date.now() / 1000) - 6;
    await expectUnauthorized(await sign({ ...good(), exp: past }, 'HS256', new TextEncoder().encode('x'.repeat(40))));
    await expectUnauthorized(await sign({ ...good(), exp: past, aud: 'another-app' }));
  });

  it('does not reveal which check failed, nor the token', async () => {
    const messages = new Set<string>();
    for (const token of ['canary', forge({ alg: 'none' }, good()), await sign({ ...good(), iss: 'canary' })]) {
      await verifier.verify(token).catch((error: Error) => messages.add(error.message));
    }
    expect([...messages]).toEqual(['This needs a valid token. Sign in and send the token you are given.']);
  });
});
