/** A TCP connection's handle, to which bytes are written, and from which they are taken, past Node's stream (decision 8). The hot path. */
import { Socket as TcpSocket } from 'node:net';

/** What is used of Node's handle of a TCP connection, which Node does not document. Looked at before it is used. */
export interface TcpHandle {
  /**
   * Returns 0, or something else when the connection takes nothing any more. `request` is used only when the kernel does
   * not take all at once, and calls `oncomplete` later.
   */
  writeBuffer(request: WriteRequest, bytes: Buffer): unknown;
  /** Bytes that the kernel has not taken yet, whoever wrote them. */
  readonly writeQueueSize: number;
}

/** The same, for who reads. */
export interface ReadHandle {
  /** Called with what has arrived; without when nothing more comes, or something failed. */
  onread: (this: ReadHandle, bytes?: ArrayBuffer) => void;
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

/** Null for what is no plain TCP connection, or none as Node makes them. */
export function tcpHandleOf(tcp: unknown): TcpHandle | null {
  if (!(tcp instanceof TcpSocket) || !('_handle' in tcp)) return null;
  return isTcpHandle(tcp._handle) ? tcp._handle : null;
}

/** The same, for who reads from it. */
export function readHandleOf(tcp: unknown): ReadHandle | null {
  const handle: unknown = tcpHandleOf(tcp);
  return isTested && isReadHandle(handle) ? handle : null;
}

/** Whether everything that was written has left, here or by the stream. */
export function hasLeft(tcp: TcpSocket, handle: TcpHandle): boolean {
  return tcp.writableLength === 0 && handle.writeQueueSize === 0;
}

/**
 * In one call, and in order with what the stream writes. Returns whether all has left; the bytes may be overwritten
 * then. A connection that takes nothing any more is destroyed.
 */
export function writeToHandle(tcp: TcpSocket, handle: TcpHandle, bytes: Buffer): boolean {
  // Behind what waits, which may be more than the handle knows of.
  if (known.Request === null || handle.writeQueueSize > 0) return writeByStream(tcp, handle, bytes);
  const request = unused ?? new known.Request();
  unused = request;
  if (handle.writeBuffer(request, bytes) !== 0) {
    // Nobody knows what has become of the request.
    unused = null;
    tcp.destroy();
    return true;
  }
  if (handle.writeQueueSize === 0) return true;
  complete(request, tcp, bytes);
  return false;
}

/** The kernel has not taken all: the request is in use, and so are the bytes, until it has. */
function complete(request: WriteRequest, tcp: TcpSocket, bytes: Buffer): void {
  unused = null;
  request.bytes = bytes;
  request.oncomplete = (status) => {
    request.bytes = null;
    if (status < 0) tcp.destroy();
  };
}

function writeByStream(tcp: TcpSocket, handle: TcpHandle, bytes: Buffer): boolean {
  if (known.Request === null && isTested) seeRequest(handle, () => tcp.write(bytes));
  else tcp.write(bytes);
  return tcp.writableLength === 0;
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

function isReadHandle(handle: unknown): handle is ReadHandle {
  return typeof handle === 'object' && handle !== null && 'onread' in handle && typeof handle.onread === 'function';
}
