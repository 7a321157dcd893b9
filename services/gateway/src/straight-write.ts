/** Writes a client's WebSocket frame straight to its TCP connection, past the layers that would copy it (decision 8). */
import type { ListMessage } from './list-message.ts';
import { StraightHandle } from './straight-handle.ts';

/**
 * What is used of Engine.IO's connection, of its transport and of ws below it. Only `write` is documented; the rest is
 * looked at before it is used, and whatever is not as expected leads back to `write`.
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

/** A client may go from polling to WebSocket, and not back: what has been found once stays. */
interface StraightWay {
  readonly socket: WebSocketOfTransport;
  readonly tcp: StraightHandle;
}

const OPEN = 1;

export class StraightWrite {
  readonly #connection: EngineConnection;
  #way: StraightWay | null = null;
  /** Something that was sent here may not have left; otherwise what stands between is not even looked at. */
  #mayWait = true;

  constructor(connection: EngineConnection) {
    this.#connection = connection;
  }

  /**
   * Whether a message would leave now rather than wait behind others. Socket.IO queues without bound what the transport
   * does not take; its queue is empty whenever the transport is writable, since Engine.IO hands it over whole.
   */
  isWritable(): boolean {
    if (!this.#connection.transport.writable) return false;
    const way = this.#findWay();
    return way === null || way.tcp.hasLeft();
  }

  /** Whether the message that was sent last has left, so that another one may be sent. Cheap: asked for each. */
  takesNext(): boolean {
    if (this.#mayWait) this.#mayWait = !this.isWritable();
    return !this.#mayWait;
  }

  /**
   * Sends a message; it goes in one call, so it never mixes with what Engine.IO writes itself. Messages sent here arrive
   * in their order. Returns whether the message's bytes are free again: false when the kernel has not taken them all.
   */
  send(message: ListMessage): boolean {
    const way = this.#mayWait ? this.#findFreeWay() : (this.#way ?? this.#findFreeWay());
    if (way === null || way.socket.readyState !== OPEN) {
      this.#mayWait = true;
      this.#connection.write(message.toPacket());
      return true;
    }
    this.#mayWait = !way.tcp.write(message.frame);
    return !this.#mayWait;
  }

  /** Null where a frame cannot be written straight, or would overtake what Engine.IO has still to send. */
  #findFreeWay(): StraightWay | null {
    const { transport, writeBuffer, readyState } = this.#connection;
    return transport.writable && writeBuffer.length === 0 && readyState === 'open' ? this.#findWay() : null;
  }

  #findWay(): StraightWay | null {
    this.#way ??= findWay(this.#connection.transport);
    return this.#way;
  }
}

function findWay({ name, socket }: EngineConnection['transport']): StraightWay | null {
  if (name !== 'websocket' || socket === undefined || socket.extensions !== '') return null;
  const tcp = StraightHandle.of(socket._socket);
  return tcp === null ? null : { socket, tcp };
}
