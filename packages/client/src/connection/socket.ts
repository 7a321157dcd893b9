/** One Socket.IO connection, from its handshake to its end: what comes in is checked, what fails is a `NearbyError`. */
import { io } from 'socket.io-client';
import { NearbyError } from '../nearby-error.ts';
import type { FriendsChanged, NearbyChanges, NearbySnapshot } from '../wire-messages.ts';
import { isFriendsChanged, isNearbyChanges, isNearbySnapshot, isServerDraining } from './message-checks.ts';
import { errorFromAck, errorFromRefusal } from './socket-errors.ts';

/** The version of the protocol that this package speaks. */
export const PROTOCOL_VERSION = 1;

/** The names of the protocol's events. */
export const EVENTS = {
  locationUpdate: 'location:update',
  radiusSet: 'radius:set',
  tokenRefresh: 'token:refresh',
  nearbySnapshot: 'nearby:snapshot',
  nearbyChanges: 'nearby:changes',
  friendsChanged: 'friends:changed',
  serverDraining: 'server:draining',
} as const;

const HANDSHAKE_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 10_000;

export interface SocketEvents {
  connected(): void;
  /** The handshake failed, or the connection was lost. The last event of this connection. */
  ended(error: NearbyError): void;
  snapshot(message: NearbySnapshot): void;
  changes(message: NearbyChanges): void;
  friendsChanged(message: FriendsChanged): void;
  draining(reconnectInMs: number): void;
  /** A message came that is not what the protocol says; it was left out. */
  malformed(error: NearbyError): void;
}

export interface Socket {
  /** Resolves with the fields of the server's answer. Rejects with a `NearbyError`. */
  emit(event: string, payload: object): Promise<object>;
  /** Ends the connection without a word; no event comes after. */
  close(): void;
}

export interface SocketOptions {
  readonly url: string;
  readonly token: string;
  readonly transports: readonly ('websocket' | 'polling')[];
  readonly headers: Readonly<Record<string, string>>;
  readonly events: SocketEvents;
}

export type OpenSocket = (options: SocketOptions) => Socket;

export const openSocket: OpenSocket = ({ url, token, transports, headers, events }) => {
  // Socket.IO takes a path in the address for a namespace.
  const { origin, pathname } = new URL(url);
  const socket = io(origin, {
    path: `${pathname.replace(/\/+$/, '')}/socket.io/`,
    forceNew: true,
    // Only what is above knows when coming back makes sense, and with which token.
    reconnection: false,
    transports: [...transports],
    tryAllTransports: true,
    timeout: HANDSHAKE_TIMEOUT_MS,
    extraHeaders: { ...headers },
    // Distances are measured here. A server that does not know that sends them, and nothing else changes.
    auth: { token, protocolVersion: PROTOCOL_VERSION, distances: 'client' },
  });
  let hasEnded = false;
  const end = (error: NearbyError): void => {
    if (hasEnded) return;
    hasEnded = true;
    events.ended(error);
  };
  const take = <T>(event: string, isRight: (message: unknown) => message is T, use: (message: T) => void): void => {
    socket.on(event, (message: unknown) => {
      if (hasEnded) return;
      if (isRight(message)) return use(message);
      const text = `The server sent a ${event} that is not what the protocol says. Update the app.`;
      events.malformed(new NearbyError({ code: 'bad_answer', message: text, retryable: false }));
    });
  };
  socket.on('connect', () => {
    if (!hasEnded) events.connected();
  });
  socket.on('connect_error', (error) => end(errorFromRefusal(error)));
  socket.on('disconnect', (reason) => end(lost(reason)));
  take(EVENTS.nearbySnapshot, isNearbySnapshot, events.snapshot);
  take(EVENTS.nearbyChanges, isNearbyChanges, events.changes);
  take(EVENTS.friendsChanged, isFriendsChanged, events.friendsChanged);
  take(EVENTS.serverDraining, isServerDraining, ({ reconnectInMs }) => events.draining(reconnectInMs));

  return {
    async emit(event, payload) {
      let answer: unknown;
      try {
        answer = await socket.timeout(ANSWER_TIMEOUT_MS).emitWithAck(event, payload);
      } catch (cause) {
        if (hasEnded || !socket.connected) throw lost(cause);
        throw new NearbyError({
          code: 'timeout',
          message: 'The server did not answer in time. Try again.',
          retryable: true,
          cause,
        });
      }
      const error = errorFromAck(answer);
      if (error) throw error;
      return answer as object;
    },
    close() {
      hasEnded = true;
      socket.disconnect();
    },
  };
};

function lost(cause: unknown): NearbyError {
  const message = 'The connection was lost. It is made again by itself.';
  return new NearbyError({ code: 'network', message, retryable: true, cause });
}
