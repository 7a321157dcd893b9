/** Writes list messages as whole WebSocket frames to a client's TCP connection, past Engine.IO, ws and Node's stream. The hot path. */
import type { Socket as TcpSocket } from 'node:net';
import type { ListMessage } from '../../viewer/list-message.ts';
import { type EngineConnection, findFastConnection } from './fast-connection.ts';
import { isDrained, type TcpHandle, writeToHandle } from './tcp-handle.ts';

/** Whole seconds of this process: V8 would allocate an object for a fraction. */
const nowSeconds = (): number => Math.floor(performance.now() / 1000);

export class FastFrameWriter {
  // Fields in the order of use for each message, and no object in between: each one is a cache miss after a second.
  /** Whether something written may still be queued; while false, Engine.IO's state is not checked. */
  #mayBeBlocked = true;
  /** From then on a list message carries a ping, see {@link nowSeconds}. */
  #pingFromSeconds = 0;
  // A client may upgrade from polling to WebSocket and never goes back: what is found stays until the connection closes.
  #handle: TcpHandle | null = null;
  #tcp: TcpSocket | null = null;
  readonly #connection: EngineConnection;
  readonly #pingAfterSeconds: number;

  /** A list message carries a ping once `pingAfterSeconds` have passed since the last pong. */
  constructor(connection: EngineConnection, pingAfterSeconds: number) {
    this.#connection = connection;
    this.#pingAfterSeconds = pingAfterSeconds;
    this.#postponePing();
    connection.on('heartbeat', () => this.#postponePing());
    this.#findHandle();
  }

  get path(): 'fast' | 'plain' {
    return this.#handle === null ? 'plain' : 'fast';
  }

  isWritable(): boolean {
    // Socket.IO's own queue is empty whenever the transport is writable: Engine.IO passes all of it on.
    if (!this.#connection.transport.writable) return false;
    this.#findHandle();
    return this.#tcp === null || this.#handle === null || isDrained(this.#tcp, this.#handle);
  }

  isReadyForList(): boolean {
    if (this.#mayBeBlocked) this.#mayBeBlocked = !this.isWritable();
    return !this.#mayBeBlocked;
  }

  isPingDue(): boolean {
    return this.#handle !== null && nowSeconds() >= this.#pingFromSeconds && this.#connection.mayPing;
  }

  /** One write, so that its bytes never mix with those that Engine.IO writes itself. */
  sendList(message: ListMessage): boolean {
    const isFast = (!this.#mayBeBlocked && this.#handle !== null) || this.#isReadyForFrame();
    const [tcp, handle] = [this.#tcp, this.#handle];
    if (!isFast || tcp === null || handle === null) {
      this.#mayBeBlocked = true;
      this.#connection.write(message.toPacket());
      return true;
    }
    if (message.hasPing) this.#connection.recordPing();
    this.#mayBeBlocked = !writeToHandle(tcp, handle, message.frame);
    return !this.#mayBeBlocked;
  }

  prefetch(): number {
    return this.#mayBeBlocked || this.#handle?.writeBuffer === undefined ? 1 : 0;
  }

  #postponePing(): void {
    this.#pingFromSeconds = nowSeconds() + this.#pingAfterSeconds;
  }

  /** Whether a frame would be the next bytes on the wire, after all that Engine.IO was given. */
  #isReadyForFrame(): boolean {
    if (!this.#connection.isReady) return false;
    this.#findHandle();
    return this.#handle !== null;
  }

  #findHandle(): void {
    if (this.#handle !== null) return;
    const fast = findFastConnection(this.#connection);
    if (fast === null) return;
    this.#handle = fast.handle;
    this.#tcp = fast.tcp;
    // Nothing may follow a close frame. The event spares a check of the WebSocket before each message.
    fast.webSocket.once('closing', () => {
      this.#handle = null;
      this.#tcp = null;
      this.#mayBeBlocked = true;
    });
  }
}
