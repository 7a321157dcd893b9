/** Writes bytes to a TCP connection's handle, past Node's stream (decision 8). The hot path. */
import { Socket as TcpSocket } from 'node:net';

/** What is used of Node's handle of a TCP connection, which Node does not document. Looked at before it is used. */
interface TcpHandle {
  /**
   * Returns 0, or something else when the connection takes nothing any more. `request` is used only when the kernel does
   * not take all at once, and calls `oncomplete` later.
   */
  writeBuffer(request: WriteRequest, bytes: Buffer): unknown;
  /** Bytes that the kernel has not taken yet, whoever wrote them. */
  readonly writeQueueSize: number;
}

/** A request to write, of a class of Node's own. */
interface WriteRequest {
  oncomplete?: ((status: number) => void) | null;
  /** Keeps them until the request is complete. */
  bytes?: Buffer | null;
}

/** Releases of Node with which this has been tested: a handle that is used otherwise than Node does may end the process. */
const TESTED_MAJORS = ['20', '22', '24'];
const isTested = TESTED_MAJORS.includes(process.versions.node.split('.')[0] ?? '');

const HANDLE_CLASS = 'TCP';
const REQUEST_CLASS = 'WriteWrap';

/** The class is seen when the first message goes through Node's stream; until then, and without it, all go there. */
const known: { Request: (new () => WriteRequest) | null } = { Request: null };
/** One for all: only what is not taken at once keeps it. */
let unused: WriteRequest | null = null;

export class StraightHandle {
  readonly #tcp: TcpSocket;
  readonly #handle: TcpHandle;

  private constructor(tcp: TcpSocket, handle: TcpHandle) {
    this.#tcp = tcp;
    this.#handle = handle;
  }

  /** Null for what is no plain TCP connection, or none as Node makes them. */
  static of(tcp: unknown): StraightHandle | null {
    if (!(tcp instanceof TcpSocket) || !('_handle' in tcp)) return null;
    return isTcpHandle(tcp._handle) ? new StraightHandle(tcp, tcp._handle) : null;
  }

  /** Whether everything that was written has left, here or by the stream. */
  hasLeft(): boolean {
    return this.#tcp.writableLength === 0 && this.#handle.writeQueueSize === 0;
  }

  /**
   * In one call, and in order with what the stream writes. Returns whether all has left; the bytes may be overwritten
   * then. A connection that takes nothing any more is destroyed.
   */
  write(bytes: Buffer): boolean {
    const handle = this.#handle;
    // Behind what waits, which may be more than the handle knows of.
    if (known.Request === null || handle.writeQueueSize > 0) return this.#writeByStream(bytes);
    const request = unused ?? new known.Request();
    unused = request;
    if (handle.writeBuffer(request, bytes) !== 0) {
      // Nobody knows what has become of the request.
      unused = null;
      this.#tcp.destroy();
      return true;
    }
    if (handle.writeQueueSize === 0) return true;
    this.#await(request, bytes);
    return false;
  }

  #await(request: WriteRequest, bytes: Buffer): void {
    unused = null;
    request.bytes = bytes;
    request.oncomplete = (status) => {
      request.bytes = null;
      if (status < 0) this.#tcp.destroy();
    };
  }

  #writeByStream(bytes: Buffer): boolean {
    if (known.Request === null && isTested) seeRequest(this.#handle, () => this.#tcp.write(bytes));
    else this.#tcp.write(bytes);
    return this.#tcp.writableLength === 0;
  }
}

/** Learns of which class the requests are that Node makes itself, from the one that `write` leads to. */
function seeRequest(handle: TcpHandle, write: () => void): void {
  const { writeBuffer } = handle;
  handle.writeBuffer = (request, bytes) => {
    if (request.constructor.name === REQUEST_CLASS) known.Request = request.constructor as new () => WriteRequest;
    return writeBuffer.call(handle, request, bytes);
  };
  try {
    write();
  } finally {
    // What was there before stands in the prototype.
    Reflect.deleteProperty(handle, 'writeBuffer');
  }
}

function isTcpHandle(handle: unknown): handle is TcpHandle {
  return (
    typeof handle === 'object' &&
    handle !== null &&
    handle.constructor?.name === HANDLE_CLASS &&
    'writeBuffer' in handle &&
    typeof handle.writeBuffer === 'function' &&
    'writeQueueSize' in handle &&
    typeof handle.writeQueueSize === 'number'
  );
}
