import { describe, expect, it } from '@jest/globals';
import { AccessToken } from './access-token.ts';
import { NearbyError } from './nearby-error.ts';
import { tokenExpiringAt } from './token-expiring-at.testing.ts';

const NOW = 1_700_000_000_000;
const now = () => NOW;
const MINUTE_MS = 60_000;

describe('AccessToken', () => {
  it('requires token or getToken', () => {
    expect(() => new AccessToken({}, now)).toThrow(/token, getToken or both/);
  });

  it('keeps the given token when there is no getToken', async () => {
    const old = tokenExpiringAt(NOW - MINUTE_MS);
    const token = new AccessToken({ token: old }, now);
    expect(await token.current()).toBe(old);
    expect(await token.renew()).toBe(old);
    expect(token.canRenew).toBe(false);
  });

  it('gives up every token for good when the account is erased, also one that is being fetched', async () => {
    let arrive: (token: string) => void = () => undefined;
    const getToken = () => new Promise<string>((resolve) => (arrive = resolve));
    const token = new AccessToken({ token: tokenExpiringAt(NOW + MINUTE_MS), getToken }, now);
    const reasons: string[] = [];
    token.onEnd(({ code }) => reasons.push(code));
    const renewing = token.renew();
    const reason = new NearbyError({ code: 'account_erased', message: 'It is gone.', retryable: false });
    token.end(reason);
    token.end(new NearbyError({ code: 'closed', message: 'Later.', retryable: false }));
    arrive('a new one');
    for (const pending of [renewing, token.current(), token.renew()]) await expect(pending).rejects.toBe(reason);
    expect(reasons).toEqual(['account_erased']);
  });

  it('shares one fetch between concurrent callers and caches the token', async () => {
    let fetched = 0;
    const getToken = async () => tokenExpiringAt(NOW + ++fetched * MINUTE_MS);
    const token = new AccessToken({ getToken }, now);
    const tokens = await Promise.all([token.current(), token.current(), token.renew()]);
    tokens.push(await token.current());
    expect(new Set(tokens).size).toBe(1);
    expect(fetched).toBe(1);
    expect(token.expiresAt).toBe(NOW + MINUTE_MS);
  });

  it('renews a token that is about to expire', async () => {
    const token = new AccessToken({ token: tokenExpiringAt(NOW + 4_000), getToken: async () => 'newer' }, now);
    expect(await token.current()).toBe('newer');
  });

  it('does not fetch again when the refused token has already been replaced', async () => {
    let fetched = 0;
    const token = new AccessToken({ token: 'first', getToken: async () => `newer-${++fetched}` }, now);
    expect(await token.renew('first')).toBe('newer-1');
    expect(await token.renew('first')).toBe('newer-1');
    expect(await token.renew('newer-1')).toBe('newer-2');
  });

  it('uses a fresh token that looks expired, because the clock of this device is wrong', async () => {
    let fetched = 0;
    const getToken = async () => {
      fetched++;
      return tokenExpiringAt(NOW - MINUTE_MS);
    };
    const token = new AccessToken({ getToken }, now);
    await token.current();
    await token.current();
    expect(fetched).toBe(1);
  });

  it.each<[string, () => Promise<string>]>([
    ['rejects', () => Promise.reject(new Error('signed out'))],
    [
      'throws',
      () => {
        throw new Error('signed out');
      },
    ],
    ['returns an empty string', async () => ''],
  ])('rejects with no_token when getToken %s, and calls it again the next time', async (_how, getToken) => {
    const responses = [getToken, async () => 'at last'];
    const token = new AccessToken({ getToken: () => (responses.shift() ?? getToken)() }, now);
    await expect(token.current()).rejects.toMatchObject({
      code: 'no_token',
      retryable: true,
      cause: expect.any(Error),
    });
    expect(await token.current()).toBe('at last');
  });

  it('has no expiry for a token that is not a JWT', () => {
    expect(new AccessToken({ token: 'a.b.c' }, now).expiresAt).toBeUndefined();
    expect(new AccessToken({ token: 'x' }, now).expiresAt).toBeUndefined();
  });
});
