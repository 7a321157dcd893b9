/** Writes a client's WebSocket frame straight to its TCP connection, past the layers that would copy it (decision 8). */
import { Socket as TcpSocket } from 'node:net';
import type { ListMessage } from './list-message.ts';

/**
 * What is used of Engine.IO's connection, of its transport and of ws below it. Only `write` is documented; the rest is
 * looked at before each use, and whatever is not as expected leads back to `write`.
 */
export interface EngineConnection {
  readonly readyState: string;
  readonly writeBuffer: { readonly length: number };
  readonly transport: { readonly name: string; readonly writable: boolean; readonly socket?: WebSocketOfTransport };
  write(packet: string): unknown;
}

interface WebSocketOfTransport {
  readonly readyState: number;
  /** Names of the extensions agreed on, with which a frame would look different; empty when there are none. */
  readonly extensions: string;
  readonly _socket?: unknown;
}

const OPEN = 1;

export class StraightWrite {
  readonly #connection: EngineConnection;
  /** The transport that was looked at last, and what is under it: a client may go from polling to WebSocket. */
  #transport: EngineConnection['transport'] | null = null;
  #tcp: TcpSocket | null = null;

  constructor(connection: EngineConnection) {
    this.#connection = connection;
  }

  /**
   * Whether a message would leave now rather than wait behind others. Socket.IO queues without bound what the transport
   * does not take; its queue is empty whenever the transport is writable, since Engine.IO hands it over whole.
   */
  isWritable(): boolean {
    const { transport } = this.#connection;
    if (!transport.writable) return false;
    const tcp = this.#tcpUnder(transport);
    return tcp === null || tcp.writableLength === 0;
  }

  /**
   * Sends a message; it goes in one call, so it never mixes with what Engine.IO writes itself. Returns whether the
   * message's bytes are free again: false when the kernel has not taken them all.
   */
  send(message: ListMessage): boolean {
    const { transport, writeBuffer, readyState } = this.#connection;
    const tcp = this.#tcpUnder(transport);
    if (tcp === null || !transport.writable || writeBuffer.length > 0 || readyState !== 'open') {
      this.#connection.write(message.toPacket());
      return true;
    }
    tcp.write(message.frame);
    return tcp.writableLength === 0;
  }

  /** Null where a frame cannot be written straight. */
  #tcpUnder(transport: EngineConnection['transport']): TcpSocket | null {
    if (transport !== this.#transport) {
      this.#transport = transport;
      this.#tcp = findTcp(transport);
    }
    return this.#tcp !== null && !this.#tcp.destroyed && transport.socket?.readyState === OPEN ? this.#tcp : null;
  }
}

function findTcp({ name, socket }: EngineConnection['transport']): TcpSocket | null {
  if (name !== 'websocket' || socket === undefined || socket.extensions !== '') return null;
  return socket._socket instanceof TcpSocket ? socket._socket : null;
}
