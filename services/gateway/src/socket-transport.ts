/** A session's way to its client over a socket of Socket.IO. */
import type { ClientToServerEvents, ServerToClientEvents } from '@nearby-friends/protocol';
import type { DefaultEventsMap, Socket } from 'socket.io';
import type { Admission } from './handshake.ts';
import type { ListMessage } from './list-message.ts';
import type { SessionTransport } from './session.ts';
import { type EngineConnection, StraightWrite } from './straight-write.ts';

export interface SocketData {
  admission: Admission;
}
export type NearbySocket = Socket<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, SocketData>;

export class SocketTransport implements SessionTransport {
  readonly #socket: NearbySocket;
  readonly #straight: StraightWrite;

  constructor(socket: NearbySocket) {
    this.#socket = socket;
    // The types call private what is looked at there, and what is not as it was is not used.
    this.#straight = new StraightWrite(socket.conn as unknown as EngineConnection);
  }

  isWritable(): boolean {
    return this.#straight.isWritable();
  }

  takesLists(): boolean {
    return this.#straight.takesNext();
  }

  sendList(message: ListMessage): boolean {
    return this.#straight.send(message);
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
