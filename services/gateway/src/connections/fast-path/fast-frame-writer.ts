/** Writes a client's WebSocket frame straight to its TCP connection, past the layers that would copy it (decision 8). */
import type { Socket as TcpSocket } from 'node:net';
import type { ListMessage } from '../../viewer/list-message.ts';
import { type HeartbeatConnection, isPingDue, recordPing } from './piggyback-ping.ts';
import { hasLeft, type TcpHandle, tcpHandleOf, writeToHandle } from './tcp-handle.ts';

/**
 * What is used of Engine.IO's connection, of its transport and of ws below it. Only `write` is documented; the rest is
 * looked at before it is used, and whatever is not as expected leads back to `write`.
 */
export interface EngineConnection extends HeartbeatConnection {
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
  /** Begins to close the connection: ws calls it for a client's wish as well. */
  close(...reason: unknown[]): void;
}

const OPEN = 1;

/** Whole seconds, counted by this process: a number with a fraction would be an object of its own. */
const now = (): number => Math.floor(performance.now() / 1000);

export class FastFrameWriter {
  // First what is looked at for each message, with as few objects as there can be between a session and Node's handle:
  // nobody has touched them for a second, and each is a place in memory to wait for.
  /** Something that was sent here may not have left; otherwise what stands between is not even looked at. */
  #mayWait = true;
  /** From then on a list message takes a ping along: see {@link now}. */
  #pingFrom = 0;
  // A client may go from polling to WebSocket, and not back: what has been found once stays until the connection closes.
  #handle: TcpHandle | null = null;
  #tcp: TcpSocket | null = null;
  readonly #connection: EngineConnection;
  readonly #secondsBetweenPings: number;

  /** A list message takes a ping along so many seconds after the last answer, or later. */
  constructor(connection: EngineConnection, secondsBetweenPings: number) {
    this.#connection = connection;
    this.#secondsBetweenPings = secondsBetweenPings;
    this.#putOffPing();
    connection.on('heartbeat', () => this.#putOffPing());
  }

  /**
   * Whether a message would leave now rather than wait behind others. Socket.IO queues without bound what the transport
   * does not take; its queue is empty whenever the transport is writable, since Engine.IO hands it over whole.
   */
  isWritable(): boolean {
    if (!this.#connection.transport.writable) return false;
    this.#findWay();
    return this.#tcp === null || this.#handle === null || hasLeft(this.#tcp, this.#handle);
  }

  /** Whether the message that was sent last has left, so that another one may be sent. Cheap: asked for each. */
  isReadyForList(): boolean {
    if (this.#mayWait) this.#mayWait = !this.isWritable();
    return !this.#mayWait;
  }

  /** Whether a list message that is written now is to take a ping along. Cheap: asked for each. */
  isPingDue(): boolean {
    return this.#handle !== null && now() >= this.#pingFrom && isPingDue(this.#connection);
  }

  /**
   * Sends a message; it goes in one call, so it never mixes with what Engine.IO writes itself. Messages sent here arrive
   * in their order. Returns whether the message's bytes are free again: false when the kernel has not taken them all.
   */
  sendList(message: ListMessage): boolean {
    const isFree = (!this.#mayWait && this.#handle !== null) || this.#isFree();
    const [tcp, handle] = [this.#tcp, this.#handle];
    if (!isFree || tcp === null || handle === null) {
      this.#mayWait = true;
      this.#connection.write(message.toPacket());
      return true;
    }
    if (message.hasPing) recordPing(this.#connection);
    this.#mayWait = !writeToHandle(tcp, handle, message.frame);
    return !this.#mayWait;
  }

  /** Looks at what {@link sendList} needs of Node's objects. */
  fetch(): number {
    return this.#mayWait || this.#handle?.writeBuffer === undefined ? 1 : 0;
  }

  #putOffPing(): void {
    this.#pingFrom = now() + this.#secondsBetweenPings;
  }

  /** False where a frame cannot be written straight, or would overtake what Engine.IO has still to send. */
  #isFree(): boolean {
    const { transport, writeBuffer, readyState } = this.#connection;
    if (!transport.writable || writeBuffer.length > 0 || readyState !== 'open') return false;
    this.#findWay();
    return this.#handle !== null;
  }

  #findWay(): void {
    if (this.#handle !== null) return;
    const { name, socket } = this.#connection.transport;
    if (name !== 'websocket' || socket === undefined || socket.extensions !== '' || socket.readyState !== OPEN) return;
    this.#handle = tcpHandleOf(socket._socket);
    if (this.#handle === null) return;
    this.#tcp = socket._socket as TcpSocket;
    this.#leaveWhenClosing(socket);
  }

  /** Nothing may follow a close frame. To be told of it spares the look at one more object before each message. */
  #leaveWhenClosing(socket: WebSocketOfTransport): void {
    const { close } = socket;
    socket.close = (...reason) => {
      this.#handle = null;
      this.#tcp = null;
      this.#mayWait = true;
      socket.close = close;
      close.apply(socket, reason);
    };
  }
}
