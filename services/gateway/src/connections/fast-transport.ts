/** The transport that reads and writes frames on the TCP connection, and leaves everything else to Socket.IO. */
import type { ServerToClientEvents } from '@nearby-friends/protocol';
import type { EventReceiver, Transport } from '../viewer/transport.ts';
import { FastFrameReader, type FrameBudget } from './fast-path/fast-frame-reader.ts';
import { FastFrameWriter } from './fast-path/fast-frame-writer.ts';
import { type ClientSocket, receiveFromSocket } from './plain-transport.ts';

/** Inherits from the writer, so that one object stands between a session and Node's handle. */
export class FastTransport extends FastFrameWriter implements Transport {
  readonly #socket: ClientSocket;
  readonly #budget: FrameBudget;

  /** See {@link FastFrameWriter} for `pingAfterSeconds`, and {@link FastFrameReader} for `budget`. */
  constructor(socket: ClientSocket, options: { pingAfterSeconds: number; budget: FrameBudget }) {
    super(socket.conn, options.pingAfterSeconds);
    this.#socket = socket;
    this.#budget = options.budget;
  }

  receive(receive: EventReceiver): () => void {
    const reader = new FastFrameReader(this.#socket.conn, { receive, budget: this.#budget });
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
