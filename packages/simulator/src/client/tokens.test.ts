/** Tokens come from the chosen source, are cached, and never appear in a message. */
import { describe, expect, it } from '@jest/globals';
import { parseUserId } from '@nearby-friends/protocol';
import { jwtVerify } from 'jose';
import { withFile } from '../dataset/csv-files.testing.ts';
import { readTokens, signedTokens, signingOf, TokenCache, tokensFrom } from './tokens.ts';

const anna = parseUserId('anna');
const SECRET = 'a secret of at least 32 characters';

describe('signed tokens', () => {
  it('are what the services take', async () => {
    const signing = signingOf({ JWT_SECRET: `${SECRET}\nan older one`, JWT_ISSUER: 'me' });
    expect(signing).toEqual({ secret: SECRET, audience: 'nearby-friends', issuer: 'me' });
    if (signing === undefined) return;
    const token = await signedTokens(signing)(anna, '10.0.0.1');
    const { payload } = await jwtVerify(token, new TextEncoder().encode(SECRET), {
      audience: 'nearby-friends',
      issuer: 'me',
      algorithms: ['HS256'],
      requiredClaims: ['exp', 'iat'],
    });
    expect(payload.sub).toBe('anna');
  });

  it('need a secret', () => {
    expect(signingOf({ JWT_SECRET: '' })).toBeUndefined();
    expect(signingOf({})).toBeUndefined();
  });
});

describe('a file of tokens', () => {
  it('holds one for each user, in its order', async () => {
    const tokens = await withFile('user,token\nzoe,t.1\nanna,t.2\n', readTokens);
    expect([...tokens.keys()]).toEqual(['zoe', 'anna']);
    expect(await tokensFrom(tokens)(anna, '')).toBe('t.2');
    await expect(tokensFrom(tokens)(parseUserId('ben'), '')).rejects.toThrow('no token for user ben');
  });

  it.each([
    ['user,token\nan na,geheim\n', /line 2: “user” is not a user id/],
    ['user,token\nanna,\n', /line 2: “token” is not a token/],
    ['user\nanna\n', /no column “token”/],
    ['user,token\nanna,t"geheim\n', /not a well-formed CSV file/],
  ])('names what is wrong, and never a token: %j', async (text, message) => {
    const failure = await withFile(text, readTokens).catch((error: unknown) => String(error));
    expect(failure).toMatch(message);
    expect(failure).not.toContain('geheim');
  });
});

describe('kept tokens', () => {
  it('are requested for once, until a new one is needed or the last attempt failed', async () => {
    let requested = 0;
    const tokens = new TokenCache(() => {
      requested += 1;
      return requested === 1 ? Promise.reject(new Error('not yet')) : Promise.resolve(`t.${requested}`);
    });
    await expect(tokens.of(anna, '')).rejects.toThrow('not yet');
    expect(await tokens.of(anna, '')).toBe('t.2');
    expect(await tokens.of(anna, '')).toBe('t.2');
    expect(await tokens.renew(anna, '')).toBe('t.3');
    expect(await tokens.of(anna, '')).toBe('t.3');
  });
});
