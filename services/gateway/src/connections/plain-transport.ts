/** The transport that uses nothing but the public API of Socket.IO and Engine.IO. */
import type { ClientToServerEvents, ServerToClientEvents } from '@nearby-friends/protocol';
import type { Socket } from 'socket.io';
import type { ListMessage } from '../viewer/list-message.ts';
import type { EventReceiver, Transport } from '../viewer/transport.ts';

export type ClientSocket = Socket<ClientToServerEvents, ServerToClientEvents>;

export class PlainTransport implements Transport {
  readonly path = 'plain';
  readonly #socket: ClientSocket;

  constructor(socket: ClientSocket) {
    this.#socket = socket;
  }

  receive(receive: EventReceiver): () => void {
    return receiveFromSocket(this.#socket, receive);
  }

  isWritable(): boolean {
    // Engine.IO sets it once the kernel has accepted what was sent before.
    return this.#socket.conn.transport.writable;
  }

  isReadyForList(): boolean {
    return this.isWritable();
  }

  /** Engine.IO sends all pings by itself. */
  isPingDue(): boolean {
    return false;
  }

  prefetch(): number {
    return 0;
  }

  send<E extends keyof ServerToClientEvents>(event: E, message: Parameters<ServerToClientEvents[E]>[0]): void {
    this.#socket.emit(event, ...([message] as Parameters<ServerToClientEvents[E]>));
  }

  sendList(message: ListMessage): boolean {
    this.#socket.conn.write(message.toPacket());
    return true;
  }

  disconnect(): void {
    this.#socket.disconnect(true);
  }

  cutOff(): void {
    this.#socket.conn.close(true);
  }
}

/** Passes on every event that Socket.IO emits, until the returned function is called. */
export function receiveFromSocket(socket: ClientSocket, receive: EventReceiver): () => void {
  const listener = (event: string, ...args: unknown[]) => receive(event, args);
  socket.onAny(listener);
  return () => socket.offAny(listener);
}
