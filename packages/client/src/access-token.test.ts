import { describe, expect, it } from '@jest/globals';
import { AccessToken } from './access-token.ts';
import { tokenEndingAt } from './token.testing.ts';

const NOW = 1_700_000_000_000;
const now = () => NOW;
const MINUTE_MS = 60_000;

describe('the token', () => {
  it('needs a token or a way to one', () => {
    expect(() => new AccessToken({}, now)).toThrow(/token, getToken or both/);
  });

  it('that is given is used, and nothing else when there is no way to another', async () => {
    const old = tokenEndingAt(NOW - MINUTE_MS);
    const token = new AccessToken({ token: old }, now);
    expect(await token.current()).toBe(old);
    expect(await token.renew()).toBe(old);
    expect(token.canRenew).toBe(false);
  });

  it('is fetched once for all who want it at the same time, and kept', async () => {
    let fetched = 0;
    const getToken = async () => tokenEndingAt(NOW + ++fetched * MINUTE_MS);
    const token = new AccessToken({ getToken }, now);
    const tokens = await Promise.all([token.current(), token.current(), token.renew()]);
    tokens.push(await token.current());
    expect(new Set(tokens).size).toBe(1);
    expect(fetched).toBe(1);
    expect(token.endsAt).toBe(NOW + MINUTE_MS);
  });

  it('that is about to end is not sent any more', async () => {
    const token = new AccessToken({ token: tokenEndingAt(NOW + 4_000), getToken: async () => 'newer' }, now);
    expect(await token.current()).toBe('newer');
  });

  it('that somebody else has replaced already is not fetched anew', async () => {
    let fetched = 0;
    const token = new AccessToken({ token: 'first', getToken: async () => `newer-${++fetched}` }, now);
    expect(await token.renew('first')).toBe('newer-1');
    expect(await token.renew('first')).toBe('newer-1');
    expect(await token.renew('newer-1')).toBe('newer-2');
  });

  it('that seems to have ended when it comes is used all the same: the clock of this device is wrong', async () => {
    let fetched = 0;
    const getToken = async () => {
      fetched++;
      return tokenEndingAt(NOW - MINUTE_MS);
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
    ['gives nothing', async () => ''],
  ])('is not to be had when getToken %s, and is asked for again', async (_how, getToken) => {
    const answers = [getToken, async () => 'at last'];
    const token = new AccessToken({ getToken: () => (answers.shift() ?? getToken)() }, now);
    await expect(token.current()).rejects.toMatchObject({
      code: 'no_token',
      retryable: true,
      cause: expect.any(Error),
    });
    expect(await token.current()).toBe('at last');
  });

  it('that is no JWT has no end', () => {
    expect(new AccessToken({ token: 'a.b.c' }, now).endsAt).toBeUndefined();
    expect(new AccessToken({ token: 'x' }, now).endsAt).toBeUndefined();
  });
});
