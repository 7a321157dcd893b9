/** Reads position updates and pongs from a client's TCP connection before Node's stream, ws and Engine.IO do. */
import type { Socket as TcpSocket } from 'node:net';
import { type Ack, LOCATION_UPDATE } from '@nearby-friends/protocol';
import type { ConnectionBudget } from '../../inbound/connection-budget.ts';
import type { EventReceiver } from '../../viewer/transport.ts';
import { isPongFrame, readReportFrame } from '../../wire/position-frame.ts';
import { type EngineConnection, findFastConnection, OPEN, type PatchedWebSocket } from './fast-connection.ts';
import type { TcpHandle } from './tcp-handle.ts';

export type FrameBudget = Pick<ConnectionBudget, 'take'>;

/**
 * `receive` gets each position update exactly as Socket.IO would pass it, a few event-loop turns earlier; Engine.IO gets the
 * pongs. Every other byte takes the usual way, and so does everything that arrives in the middle of a message. `budget`
 * counts the frames that are read here; ws counts the others.
 */
export class FastFrameReader {
  readonly #connection: EngineConnection;
  readonly #receive: EventReceiver;
  readonly #budget: FrameBudget;
  #webSocket: PatchedWebSocket | null = null;
  #tcp: TcpSocket | null = null;
  #handle: TcpHandle | null = null;
  /** Node's own, which passes the bytes to the stream. */
  #onread: TcpHandle['onread'] | null = null;
  #isStopped = false;

  constructor(connection: EngineConnection, options: { receive: EventReceiver; budget: FrameBudget }) {
    this.#connection = connection;
    this.#receive = options.receive;
    this.#budget = options.budget;
    if (connection.webSocket === null) connection.once('upgrade', () => this.#start());
    else this.#start();
  }

  /** From now on every byte takes the usual way. */
  stop(): void {
    this.#isStopped = true;
    if (this.#handle !== null && this.#onread !== null) this.#handle.onread = this.#onread;
  }

  #start(): void {
    const fast = this.#isStopped ? null : findFastConnection(this.#connection);
    if (fast === null) return;
    const { webSocket, tcp, handle } = fast;
    const { onread } = handle;
    this.#webSocket = webSocket;
    this.#tcp = tcp;
    this.#handle = handle;
    this.#onread = onread;
    // The mask is a view of the frame with the token, which would stay in memory until ws parses another frame.
    webSocket.receiver.releaseMask();
    handle.onread = (bytes) => {
      // Undefined at the end of the stream, and after an error.
      if (bytes === undefined || !this.#mayRead() || !this.#read(Buffer.from(bytes))) onread.call(handle, bytes);
    };
  }

  /** Whether the bytes that arrive now are the beginning of a message, and nothing waits in the stream before them. */
  #mayRead(): boolean {
    const [webSocket, tcp] = [this.#webSocket, this.#tcp];
    return (
      webSocket !== null &&
      tcp?.readableFlowing === true &&
      webSocket.readyState === OPEN &&
      webSocket.receiver.isBetweenMessages
    );
  }

  /** Returns whether `bytes` are exactly one frame of those that are read here. */
  #read(bytes: Buffer): boolean {
    if (isPongFrame(bytes)) {
      if (this.#budget.take(bytes.length)) this.#connection.receivePong();
      return true;
    }
    const report = readReportFrame(bytes);
    if (report === null) return false;
    if (!this.#budget.take(bytes.length)) return true;
    const { payload, ackId } = report;
    this.#receive(LOCATION_UPDATE, ackId === null ? [payload] : [payload, this.#acknowledge(ackId)]);
    return true;
  }

  /** Writes the Socket.IO packet that acknowledges an event of the default namespace. */
  #acknowledge(ackId: number): (ack: Ack) => void {
    return (ack) => {
      if (this.#connection.readyState === 'open') this.#connection.write(`3${ackId}${JSON.stringify([ack])}`);
    };
  }
}
