import { describe, expect, it } from '@jest/globals';
import { NearbyError } from '../nearby-error.ts';
import { failure, keep, NETWORK, turn } from './connection-keeper.testing.ts';

describe('a connection', () => {
  it('reconnects after a loss', async () => {
    const link = await keep();
    expect(link.status).toEqual({ kind: 'connecting', failures: 0 });
    await link.connected();
    expect(link.status).toEqual({ kind: 'online' });
    await link.pass(60_000);
    await link.ended(NETWORK);
    expect(link.status).toEqual({ kind: 'reconnecting', failures: 0, error: NETWORK });
    await link.pass(749);
    expect(link.attempts.length).toBe(1);
    await link.pass(1);
    expect(link.attempts.length).toBe(2);
    await link.connected();
    expect(link.heard).toEqual(['online token', 'offline', 'online token']);
  });

  it('retries with growing delays when the server is unreachable', async () => {
    const link = await keep();
    for (const pause of [1_500, 3_000, 6_000, 12_000, 22_500, 22_500]) {
      const tried = link.attempts.length;
      await link.ended(NETWORK);
      await link.pass(pause - 1);
      expect(link.attempts.length).toBe(tried);
      await link.pass(1);
      expect(link.attempts.length).toBe(tried + 1);
    }
    expect(link.status).toEqual({ kind: 'connecting', failures: 6, error: NETWORK });
  });

  it('retries soon, three times, while the load balancer says that all gateways are gone; then with growing delays', async () => {
    const link = await keep();
    const unavailable = new NearbyError({ code: 'network', message: 'Gone.', retryable: true, status: 503 });
    await link.connected();
    await link.pass(10_000);
    for (const outage of [1, 2]) {
      for (const pause of [750, 750, 750, 750, 1_500, 3_000]) {
        await link.ended(unavailable);
        const tried = link.attempts.length;
        await link.pass(pause - 1);
        expect([outage, link.attempts.length]).toEqual([outage, tried]);
        await link.pass(1);
        expect(link.attempts.length).toBe(tried + 1);
      }
      await link.connected();
      await link.pass(10_000);
    }
  });

  it('backs off when it is lost immediately after connecting', async () => {
    const link = await keep();
    for (const pause of [1_500, 3_000, 6_000]) {
      await link.connected();
      await link.ended(NETWORK);
      const tried = link.attempts.length;
      await link.pass(pause - 1);
      expect(link.attempts.length).toBe(tried);
      await link.pass(1);
      expect(link.attempts.length).toBe(tried + 1);
    }
    await link.connected();
    await link.pass(10_000);
    await link.ended(NETWORK);
    await link.pass(750);
    expect(link.attempts.length).toBe(5);
  });

  it('skips a pending delay when the network is back', async () => {
    const link = await keep();
    link.keeper.retryNow();
    await turn();
    expect(link.attempts.length).toBe(1);
    await link.ended(NETWORK);
    link.keeper.retryNow();
    await turn();
    expect(link.attempts.length).toBe(2);
    await link.pass(60_000);
    expect(link.attempts.length).toBe(2);
  });

  it('closes after a permanent refusal', async () => {
    const link = await keep({ getToken: async () => 'any' });
    const error = failure('protocol_version', false);
    await link.ended(error);
    expect(link.status).toEqual({ kind: 'closed', error });
    await link.pass(60_000);
    expect(link.attempts.length).toBe(1);
    expect(link.heard).toEqual(['closed protocol_version']);
  });

  it('[A2] ends for good when the account is erased, online and while connecting, and fetches no other token', async () => {
    const erased = failure('account_erased', false);
    for (const isOnline of [true, false]) {
      let fetched = 0;
      const link = await keep({ getToken: async () => `token ${++fetched}` });
      if (isOnline) await link.connected();
      await link.ended(erased);
      await link.pass(600_000);
      expect(link.status).toEqual({ kind: 'closed', error: erased });
      expect([fetched, link.attempts.length, link.clock.pending]).toEqual([1, 1, 0]);
      expect(link.heard.at(-1)).toBe('closed account_erased');
    }
  });

  it('[A2] ends for good when no token is issued because the account is erased', async () => {
    const erased = failure('account_erased', false);
    const link = await keep({ getToken: () => Promise.reject(erased) });
    await link.pass(600_000);
    expect(link.status).toEqual({ kind: 'closed', error: erased });
    expect(link.attempts).toEqual([]);
  });

  it('tries again with the same token when it is not valid yet', async () => {
    const link = await keep({ token: 'early' });
    await link.ended(failure('token_not_yet_valid', true));
    await link.pass(5_000);
    expect(link.attempts.map(({ token }) => token)).toEqual(['early', 'early']);
  });

  it('closes with close() in every state', async () => {
    const waiting = await keep();
    await waiting.ended(NETWORK);
    const fetching = await keep({ getToken: () => new Promise(() => undefined) });
    const online = await keep();
    await online.connected();
    await online.draining(5_000);
    for (const link of [waiting, fetching, online]) {
      link.keeper.close();
      link.keeper.close();
      await link.pass(60_000);
      expect(link.status).toEqual({ kind: 'closed' });
      expect(link.heard.filter((what) => what === 'closed').length).toBe(1);
      expect(link.clock.pending).toBe(0);
    }
    expect(waiting.attempts.length).toBe(1);
    expect(fetching.attempts.length).toBe(0);
    expect(online.attempts.map(({ isClosed }) => isClosed)).toEqual([true]);
  });

  it('rejects emits while offline', async () => {
    const link = await keep();
    await expect(link.keeper.emit('x', {})).rejects.toMatchObject({ code: 'network', retryable: true });
    await link.connected();
    expect(await link.keeper.emit('x', {})).toEqual({});
  });

  it('may be closed by a status listener', async () => {
    const link = await keep();
    link.keeper.status.subscribe(({ kind }) => {
      if (kind === 'online') link.keeper.close();
    });
    await link.connected();
    expect(link.heard).toEqual(['closed']);
  });
});

describe('a draining server', () => {
  it('[W3] is left at the time it names, and the client reconnects at once', async () => {
    const link = await keep();
    await link.connected();
    await link.draining(3_000);
    await link.pass(2_999);
    expect(link.status).toEqual({ kind: 'online' });
    await link.pass(1);
    expect(link.status).toEqual({ kind: 'reconnecting', failures: 0 });
    expect(link.attempts[0]?.isClosed).toBe(true);
    await link.pass(0);
    expect(link.attempts.length).toBe(2);
    await link.connected();
    await link.pass(3_000);
    expect(link.heard).toEqual(['online token', 'offline', 'online token']);
  });

  it('[W3] that closes earlier does not make all clients reconnect at once', async () => {
    const link = await keep();
    await link.connected();
    await link.draining(4_000);
    await link.pass(1_000);
    await link.ended(NETWORK);
    expect(link.status).toEqual({ kind: 'reconnecting', failures: 0 });
    await link.pass(2_999);
    expect(link.attempts.length).toBe(1);
    await link.pass(1);
    expect(link.attempts.length).toBe(2);
  });
});

describe('a connection that the server closes for good', () => {
  it('stays closed, with the reason', async () => {
    const { attempts, connected, ended, heard, pass } = await keep();
    await connected();
    await ended(failure('too_many_connections', false));
    await pass(600_000);
    expect(heard).toEqual(['online token', 'closed too_many_connections']);
    expect(attempts).toHaveLength(1);
  });
});
