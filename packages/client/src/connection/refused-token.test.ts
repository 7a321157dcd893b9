import { describe, expect, it } from '@jest/globals';
import { failure, keep } from './connection-keeper.testing.ts';

describe('a refused token', () => {
  const unauthorized = failure('unauthorized', false);
  const expired = failure('token_expired', true);

  it.each([unauthorized, expired])('closes the connection when there is no getToken: $code', async (error) => {
    const link = await keep({ token: 'old' });
    await link.ended(error);
    expect(link.status).toEqual({ kind: 'closed', error });
    expect(link.attempts.length).toBe(1);
  });

  it.each([unauthorized, expired])('is replaced at once: $code', async (error) => {
    const link = await keep({ token: 'old', getToken: async () => 'new' });
    await link.ended(error);
    expect(link.attempts.map(({ token }) => token)).toEqual(['old', 'new']);
    await link.connected();
    expect(link.status).toEqual({ kind: 'online' });
  });

  it('closes the connection when getToken returns the same token', async () => {
    const link = await keep({ getToken: async () => 'same' });
    await link.ended(unauthorized);
    expect(link.status).toEqual({ kind: 'closed', error: unauthorized });
    expect(link.attempts.length).toBe(1);
  });

  it('closes the connection when the other token is refused too', async () => {
    let given = 0;
    const link = await keep({ getToken: async () => `token-${++given}` });
    await link.ended(unauthorized);
    await link.ended(unauthorized);
    expect(link.status).toEqual({ kind: 'closed', error: unauthorized });
    expect(link.attempts.length).toBe(2);
  });

  it('that has only expired is fetched again later when getToken returns the same token', async () => {
    let current = 'same';
    const link = await keep({ getToken: async () => current });
    await link.ended(expired);
    expect(link.status).toEqual({ kind: 'connecting', failures: 1, error: expired });
    current = 'newer';
    await link.pass(1_500);
    expect(link.attempts.map(({ token }) => token)).toEqual(['same', 'newer']);
  });

  it('is fetched again until getToken succeeds', async () => {
    let fails = true;
    const getToken = async () => {
      if (fails) throw new Error('the app is offline');
      return 'new';
    };
    const link = await keep({ token: 'old', getToken });
    await link.ended(unauthorized);
    expect(link.status).toMatchObject({ kind: 'connecting', failures: 1, error: { code: 'no_token' } });
    fails = false;
    await link.pass(1_500);
    expect(link.attempts.map(({ token }) => token)).toEqual(['old', 'new']);
  });
});
