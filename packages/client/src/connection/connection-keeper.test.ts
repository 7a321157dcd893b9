import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@nearby-friends/service-kit';
import { AccessToken, type Credentials } from '../access-token.ts';
import { NearbyError, type NearbyErrorCode } from '../nearby-error.ts';
import { ConnectionKeeper } from './connection-keeper.ts';
import type { SocketEvents } from './socket.ts';

interface Attempt {
  readonly token: string;
  readonly events: SocketEvents;
  isClosed: boolean;
}

function failure(code: NearbyErrorCode, retryable: boolean): NearbyError {
  return new NearbyError({ code, message: 'It failed.', retryable });
}
const NETWORK = failure('network', true);

/** Lets everything that waits for a promise go on. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A keeper whose sockets are in the hands of the test. Half of the jitter is always taken: pauses are 0.75 of the most. */
async function keep(credentials: Credentials = { token: 'token' }) {
  const clock = new ManualClock();
  const attempts: Attempt[] = [];
  const heard: string[] = [];
  const keeper = new ConnectionKeeper({
    token: new AccessToken(credentials, () => clock.now()),
    clock,
    random: () => 0.5,
    open(token, events) {
      const attempt = { token, events, isClosed: false };
      attempts.push(attempt);
      return {
        emit: async () => ({}),
        close() {
          attempt.isClosed = true;
        },
      };
    },
    events: {
      online: (token) => heard.push(`online ${token}`),
      offline: () => heard.push('offline'),
      closed: (error) => heard.push(`closed ${error?.code ?? ''}`.trim()),
      snapshot: () => undefined,
      changes: () => undefined,
      friendsChanged: () => undefined,
      malformed: () => undefined,
    },
  });
  keeper.start();
  await turn();
  return {
    clock,
    keeper,
    attempts,
    heard,
    get status() {
      return keeper.status.value;
    },
    async connected() {
      attempts.at(-1)?.events.connected();
      await turn();
    },
    async ended(error: NearbyError) {
      attempts.at(-1)?.events.ended(error);
      await turn();
    },
    async pass(ms: number) {
      clock.advance(ms);
      await turn();
    },
    async draining(ms: number) {
      attempts.at(-1)?.events.draining(ms);
      await turn();
    },
  };
}

describe('a connection', () => {
  it('is made, lost and made again', async () => {
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

  it('is tried again and again, with pauses that grow, when nobody answers', async () => {
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

  it('that is lost as soon as it is made is not made again at full speed', async () => {
    const link = await keep();
    for (const pause of [1_500, 3_000, 6_000]) {
      await link.connected();
      await link.ended(NETWORK);
      await link.pass(pause - 1);
      expect(link.status.kind).toBe('reconnecting');
      await link.pass(1);
    }
    expect(link.attempts.length).toBe(4);
    await link.connected();
    await link.pass(10_000);
    await link.ended(NETWORK);
    await link.pass(750);
    expect(link.attempts.length).toBe(5);
  });

  it('is tried at once when the network is back, and only when it waits', async () => {
    const link = await keep();
    link.keeper.hurry();
    await turn();
    expect(link.attempts.length).toBe(1);
    await link.ended(NETWORK);
    link.keeper.hurry();
    await turn();
    expect(link.attempts.length).toBe(2);
    await link.pass(60_000);
    expect(link.attempts.length).toBe(2);
  });

  it('is over when the server will never take it', async () => {
    const link = await keep({ getToken: async () => 'any' });
    const error = failure('protocol_version', false);
    await link.ended(error);
    expect(link.status).toEqual({ kind: 'closed', error });
    await link.pass(60_000);
    expect(link.attempts.length).toBe(1);
    expect(link.heard).toEqual(['closed protocol_version']);
  });

  it('is over with close(), at whatever moment', async () => {
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

  it('emits nothing while there is none', async () => {
    const link = await keep();
    await expect(link.keeper.emit('x', {})).rejects.toMatchObject({ code: 'network', retryable: true });
    await link.connected();
    expect(await link.keeper.emit('x', {})).toEqual({});
  });

  it('may be closed by whoever hears of it', async () => {
    const link = await keep();
    link.keeper.status.subscribe(({ kind }) => {
      if (kind === 'online') link.keeper.close();
    });
    await link.connected();
    expect(link.heard).toEqual(['closed']);
  });
});

describe('a server that sends its clients elsewhere', () => {
  it('[W3] is left at the time it wishes, and the next one is sought at once', async () => {
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

  it('[W3] that is gone before keeps its clients from coming back all at once', async () => {
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

describe('a refused token', () => {
  const unauthorized = failure('unauthorized', false);
  const expired = failure('token_expired', true);

  it.each([unauthorized, expired])('is the end when there is no way to another: $code', async (error) => {
    const link = await keep({ token: 'old' });
    await link.ended(error);
    expect(link.status).toEqual({ kind: 'closed', error });
    expect(link.attempts.length).toBe(1);
  });

  it.each([unauthorized, expired])('is replaced by another, at once: $code', async (error) => {
    const link = await keep({ token: 'old', getToken: async () => 'new' });
    await link.ended(error);
    expect(link.attempts.map(({ token }) => token)).toEqual(['old', 'new']);
    await link.connected();
    expect(link.status).toEqual({ kind: 'online' });
  });

  it('is the end when getToken gives the same again', async () => {
    const link = await keep({ getToken: async () => 'same' });
    await link.ended(unauthorized);
    expect(link.status).toEqual({ kind: 'closed', error: unauthorized });
    expect(link.attempts.length).toBe(1);
  });

  it('is the end when another is refused as well', async () => {
    let given = 0;
    const link = await keep({ getToken: async () => `token-${++given}` });
    await link.ended(unauthorized);
    await link.ended(unauthorized);
    expect(link.status).toEqual({ kind: 'closed', error: unauthorized });
    expect(link.attempts.length).toBe(2);
  });

  it('that has only expired is asked for again later, when getToken gives the same', async () => {
    let current = 'same';
    const link = await keep({ getToken: async () => current });
    await link.ended(expired);
    expect(link.status).toEqual({ kind: 'connecting', failures: 1, error: expired });
    current = 'newer';
    await link.pass(1_500);
    expect(link.attempts.map(({ token }) => token)).toEqual(['same', 'newer']);
  });

  it('is asked for until it can be had', async () => {
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
