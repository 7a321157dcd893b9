/** A connection keeper with sockets and a clock controlled by the test. */
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

export function failure(code: NearbyErrorCode, retryable: boolean): NearbyError {
  return new NearbyError({ code, message: 'It failed.', retryable });
}
export const NETWORK = failure('network', true);

/** Runs all pending microtasks. */
export const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Starts a keeper with fake sockets. The jitter is fixed at one half, so delays are 0.75 of the maximum. */
export async function keep(credentials: Credentials = { token: 'token' }) {
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
      deviceShared: () => undefined,
      paceSet: () => undefined,
      sharingChanged: () => undefined,
      viewersChanged: () => undefined,
      serverClock: () => undefined,
      transport: () => undefined,
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
