/** One Socket.IO connection from handshake to close, with checked messages and typed errors. */
import { io } from 'socket.io-client';
import type { TransportName } from '../nearby-connection.ts';
import { NearbyError } from '../nearby-error.ts';
import type { FriendsChanged, NearbyChanges, NearbySnapshot } from '../wire-messages.ts';
import {
  isAnyMessage,
  isConnectionClosing,
  isDeviceShared,
  isFriendsChanged,
  isNearbyChanges,
  isNearbySnapshot,
  isPaceSet,
  isServerClock,
  isServerDraining,
} from './message-checks.ts';
import { errorFromAck, errorFromClosing, errorFromRefusal } from './socket-errors.ts';

/** The protocol version of this package. */
export const PROTOCOL_VERSION = 1;

/** The event names of the protocol. */
export const EVENTS = {
  locationUpdate: 'location:update',
  deviceShare: 'device:share',
  deviceShared: 'device:shared',
  paceSet: 'pace:set',
  radiusSet: 'radius:set',
  tokenRefresh: 'token:refresh',
  nearbySnapshot: 'nearby:snapshot',
  nearbyChanges: 'nearby:changes',
  friendsChanged: 'friends:changed',
  sharingChanged: 'sharing:changed',
  viewersChanged: 'viewers:changed',
  serverClock: 'server:clock',
  serverDraining: 'server:draining',
  connectionClosing: 'connection:closing',
  viewingSet: 'viewing:set',
} as const;

const HANDSHAKE_TIMEOUT_MS = 10_000;
const ACK_TIMEOUT_MS = 10_000;

export interface SocketEvents {
  connected(): void;
  /** The handshake failed or the connection was lost. No event follows. */
  ended(error: NearbyError): void;
  snapshot(message: NearbySnapshot): void;
  changes(message: NearbyChanges): void;
  friendsChanged(message: FriendsChanged): void;
  /** Whether this device shares the user's position from now on. */
  deviceShared(isThisDevice: boolean): void;
  /** A friend looks: the server asks for reports this often until then, ms on its clock. */
  paceSet(pace: { everyMs: number; until: number }): void;
  sharingChanged(): void;
  viewersChanged(): void;
  /** The server read its clock as `now` after this connection was begun. */
  serverClock(now: number): void;
  /** Called before `connected`, and when the connection changes from long-polling to a WebSocket. */
  transport(name: TransportName): void;
  draining(reconnectInMs: number): void;
  /** A message does not match the protocol and was dropped. */
  malformed(error: NearbyError): void;
}

export interface Socket {
  /** Resolves with the acknowledgement. Rejects with a `NearbyError`. */
  emit(event: string, payload: object): Promise<object>;
  /** Closes the connection. No event follows. */
  close(): void;
}

export interface SocketOptions {
  /** The deployment's public address, without a slash at its end. */
  readonly base: string;
  readonly token: string;
  /** Name of this device, the same on all of its connections. */
  readonly device: string;
  readonly transports: readonly TransportName[];
  readonly headers: Readonly<Record<string, string>>;
  readonly events: SocketEvents;
}

type OpenSocket = (options: SocketOptions) => Socket;

export const openSocket: OpenSocket = ({ base, token, device, transports, headers, events }) => {
  // Socket.IO would treat a path in the address as a namespace.
  const { origin, pathname } = new URL(base);
  const socket = io(origin, {
    path: `${pathname.replace(/\/$/, '')}/socket.io/`,
    forceNew: true,
    // The connection keeper decides when to reconnect, and with which token.
    reconnection: false,
    transports: [...transports],
    tryAllTransports: true,
    timeout: HANDSHAKE_TIMEOUT_MS,
    extraHeaders: { ...headers },
    // Tells the server that the client measures distances. An older server ignores it and sends them.
    auth: { token, device, protocolVersion: PROTOCOL_VERSION, distances: 'client' },
  });
  let hasEnded = false;
  const end = (error: NearbyError): void => {
    if (hasEnded) return;
    hasEnded = true;
    events.ended(error);
  };
  const onMessage = <T>(
    event: string,
    isValid: (message: unknown) => message is T,
    use: (message: T) => void,
  ): void => {
    socket.on(event, (message: unknown) => {
      if (hasEnded) return;
      if (isValid(message)) return use(message);
      const text = `The ${event} message does not match the protocol. Update the app.`;
      events.malformed(new NearbyError({ code: 'bad_answer', message: text, retryable: false }));
    });
  };
  const announceTransport = (): void => {
    if (!hasEnded) events.transport(socket.io.engine.transport.name === 'polling' ? 'polling' : 'websocket');
  };
  socket.on('connect', () => {
    socket.io.engine.on('upgrade', announceTransport);
    announceTransport();
    if (!hasEnded) events.connected();
  });
  socket.on('connect_error', (error) => end(errorFromRefusal(error)));
  let announced: NearbyError | undefined;
  socket.on('disconnect', (reason) => end(announced ?? connectionLost(reason)));
  onMessage(EVENTS.nearbySnapshot, isNearbySnapshot, events.snapshot);
  onMessage(EVENTS.nearbyChanges, isNearbyChanges, events.changes);
  onMessage(EVENTS.friendsChanged, isFriendsChanged, events.friendsChanged);
  onMessage(EVENTS.deviceShared, isDeviceShared, ({ thisDevice }) => events.deviceShared(thisDevice));
  onMessage(EVENTS.paceSet, isPaceSet, events.paceSet);
  onMessage(EVENTS.sharingChanged, isAnyMessage, events.sharingChanged);
  onMessage(EVENTS.viewersChanged, isAnyMessage, events.viewersChanged);
  onMessage(EVENTS.serverClock, isServerClock, ({ now }) => events.serverClock(now));
  onMessage(EVENTS.serverDraining, isServerDraining, ({ reconnectInMs }) => events.draining(reconnectInMs));
  onMessage(EVENTS.connectionClosing, isConnectionClosing, (message) => {
    announced = errorFromClosing(message);
  });

  return {
    async emit(event, payload) {
      let ack: unknown;
      try {
        ack = await socket.timeout(ACK_TIMEOUT_MS).emitWithAck(event, payload);
      } catch (cause) {
        if (hasEnded || !socket.connected) throw connectionLost(cause);
        throw new NearbyError({
          code: 'timeout',
          message: 'The server did not respond in time. Try again.',
          retryable: true,
          cause,
        });
      }
      const error = errorFromAck(ack);
      if (error) throw error;
      return ack as object;
    },
    close() {
      hasEnded = true;
      socket.disconnect();
    },
  };
};

function connectionLost(cause: unknown): NearbyError {
  const message = 'The connection was lost. It reconnects automatically.';
  return new NearbyError({ code: 'network', message, retryable: true, cause });
}
