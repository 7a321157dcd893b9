import { describe, expect, it } from '@jest/globals';
import { type JWTPayload, SignJWT } from 'jose';
import { ManualClock } from '../clock/manual-clock.ts';
import { ConfigError, readConfig } from '../config/read-config.ts';
import { silentLogger } from '../logging/logger.ts';
import { tokenSettings } from './token-settings.ts';
import { createTokenVerifier, type TokenVerifier } from './token-verifier.ts';

const good = (): JWTPayload => ({
  sub: 'ann',
  exp: Math.floor(Date.now() / 1000) + 3_600,
  aud: 'nearby-friends',
  iss: 'nearby-friends',
});

const expectRefused = (verifier: TokenVerifier, token: string, code = 'unauthorized') =>
  expect(verifier.verify(token)).rejects.toMatchObject({ name: 'CodedError', code });

describe('the settings of tokens', () => {
  const create = (env: NodeJS.ProcessEnv) =>
    createTokenVerifier({ config: readConfig(tokenSettings, env), clock: new ManualClock(), logger: silentLogger });

  it('name exactly one of secret and keys', () => {
    expect(() => create({})).toThrow(ConfigError);
    expect(() => create({})).toThrow('exactly one of JWT_SECRET and JWKS_URL');
    expect(() => create({ JWT_SECRET: 'x'.repeat(32), JWKS_URL: 'https://id.example/keys' })).toThrow(ConfigError);
  });

  it('take no algorithm of shared secrets, none at all, nor an address of another kind', () => {
    for (const JWT_ALGORITHMS of ['HS256', 'RS256,HS256', 'none', ',']) {
      expect(() => create({ JWKS_URL: 'https://id.example/keys', JWT_ALGORITHMS })).toThrow('JWT_ALGORITHMS');
    }
    expect(() => create({ JWKS_URL: 'file:///keys' })).toThrow('JWKS_URL');
  });

  it('bound how long a token may be used, whatever it says itself', async () => {
    const secret = 'the secret, of 32 characters or more';
    const verifier = create({ JWT_SECRET: secret, TOKEN_MAX_LIFETIME_SECONDS: '60' });
    const issuedAgo = (seconds: number) =>
      new SignJWT({ ...good(), iat: Date.now() / 1000 - seconds })
        .setProtectedHeader({ alg: 'HS256' })
        .sign(new TextEncoder().encode(secret));
    await verifier.verify(await issuedAgo(30));
    await expectRefused(verifier, await issuedAgo(66), 'token_expired');
  });

  it('may hold several secrets, so that one can be replaced: all are accepted, and short ones are not', async () => {
    const [next, old] = ['the next secret, of 32 characters', 'the old secret, of 32 characters.'];
    const verifier = create({ JWT_SECRET: `${next}\n${old}\n` });
    const signed = (secret: string, payload = good()) =>
      new SignJWT(payload).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret));
    await verifier.verify(await signed(next));
    await verifier.verify(await signed(old));
    await expectRefused(verifier, await signed(`${next}\n${old}`));
    await expectRefused(verifier, await signed('a third secret, of 32 characters.'));
    await expectRefused(verifier, await signed(old, { ...good(), exp: 1 }), 'token_expired');
    expect(() => create({ JWT_SECRET: `${next}\nshort` })).toThrow('at least 32 characters per line');
  });
});
