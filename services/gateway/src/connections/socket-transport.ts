/** A session's way to its client over a socket of Socket.IO. */
import type { ClientToServerEvents, ServerToClientEvents } from '@nearby-friends/protocol';
import type { DefaultEventsMap, Socket } from 'socket.io';
import type { Admission } from '../viewer/admission.ts';
import type { SessionTransport } from '../viewer/session.ts';
import { type EngineConnection, FastFrameWriter } from './fast-path/fast-frame-writer.ts';
import { SECONDS_BETWEEN_PINGS } from './fast-path/piggyback-ping.ts';

export interface SocketData {
  admission: Admission;
}
export type NearbySocket = Socket<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, SocketData>;

/** One object with the way of its list messages: see there. */
export class SocketTransport extends FastFrameWriter implements SessionTransport {
  readonly #socket: NearbySocket;

  constructor(socket: NearbySocket) {
    // The types call private what is looked at there, and what is not as it was is not used.
    super(socket.conn as unknown as EngineConnection, SECONDS_BETWEEN_PINGS);
    this.#socket = socket;
  }

  send<E extends keyof ServerToClientEvents>(event: E, message: Parameters<ServerToClientEvents[E]>[0]): void {
    this.#socket.emit(event, ...([message] as Parameters<ServerToClientEvents[E]>));
  }

  disconnect(): void {
    this.#socket.disconnect(true);
  }

  cutOff(): void {
    this.#socket.conn.close(true);
  }
}
