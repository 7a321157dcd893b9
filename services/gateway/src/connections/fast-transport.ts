/** The transport that reads and writes frames on the TCP connection, and leaves everything else to Socket.IO. */
import type { ServerToClientEvents } from '@nearby-friends/protocol';
import type { EventReceiver, Transport } from '../viewer/transport.ts';
import { FastFrameReader } from './fast-path/fast-frame-reader.ts';
import { FastFrameWriter } from './fast-path/fast-frame-writer.ts';
import { type ClientSocket, receiveFromSocket } from './plain-transport.ts';

/** Inherits from the writer, so that one object stands between a session and Node's handle. */
export class FastTransport extends FastFrameWriter implements Transport {
  readonly #socket: ClientSocket;

  /** See {@link FastFrameWriter} for `pingAfterSeconds`. */
  constructor(socket: ClientSocket, pingAfterSeconds: number) {
    super(socket.conn, pingAfterSeconds);
    this.#socket = socket;
  }

  receive(receive: EventReceiver): () => void {
    const reader = new FastFrameReader(this.#socket.conn, receive);
    const stopEvents = receiveFromSocket(this.#socket, receive);
    return () => {
      reader.stop();
      stopEvents();
    };
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
