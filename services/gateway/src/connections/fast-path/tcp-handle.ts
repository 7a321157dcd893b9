/** Writes to the handle of a TCP connection, which Node does not document, past Node's stream. The hot path. */
import { Socket as TcpSocket } from 'node:net';

/** The part of Node's handle that the fast path uses. {@link tcpHandleOf} checks it. */
export interface TcpHandle {
  /**
   * Returns 0, or an error code when the connection accepts no more bytes. `request` is in use only when the kernel does not
   * accept all bytes at once; `oncomplete` follows then.
   */
  writeBuffer(request: WriteRequest, bytes: Buffer): unknown;
  /** Bytes that the kernel has not accepted yet, from this writer or from Node's stream. */
  readonly writeQueueSize: number;
  /** Called with the bytes that have arrived; without at the end, and after an error. */
  onread: (bytes?: ArrayBuffer) => void;
}

/** A write in progress, an instance of a class inside Node. */
interface WriteRequest {
  oncomplete?: ((status: number) => void) | null;
  /** Retains them until the request is complete. */
  bytes?: Buffer | null;
}

const HANDLE_CLASS = 'TCP';
const REQUEST_CLASS = 'WriteWrap';

/** Learned from the first write through Node's stream; until then every write takes the stream. */
const learned: { Request: (new () => WriteRequest) | null } = { Request: null };
/** Serves all writes: only one that the kernel does not accept at once keeps it. */
let idleRequest: WriteRequest | null = null;

/** Null for anything but a plain TCP connection with the handle that this file knows. */
export function tcpHandleOf(tcp: unknown): TcpHandle | null {
  if (!(tcp instanceof TcpSocket) || !('_handle' in tcp)) return null;
  return isTcpHandle(tcp._handle) ? tcp._handle : null;
}

/** Whether the kernel has accepted everything that was written to the stream and to the handle. */
export function isDrained(tcp: TcpSocket, handle: TcpHandle): boolean {
  return tcp.writableLength === 0 && handle.writeQueueSize === 0;
}

/**
 * One call, in order with the stream's own writes. Returns whether the kernel has accepted all bytes: only then they may be
 * overwritten. Destroys a connection that accepts no more bytes.
 */
export function writeToHandle(tcp: TcpSocket, handle: TcpHandle, bytes: Buffer): boolean {
  // The stream may queue more than the handle knows of.
  if (learned.Request === null || handle.writeQueueSize > 0) return writeToStream(tcp, handle, bytes);
  const request = idleRequest ?? new learned.Request();
  idleRequest = request;
  if (handle.writeBuffer(request, bytes) !== 0) {
    // Node does not define the state of a failed request.
    idleRequest = null;
    tcp.destroy();
    return true;
  }
  if (handle.writeQueueSize === 0) return true;
  retainUntilComplete(request, tcp, bytes);
  return false;
}

function retainUntilComplete(request: WriteRequest, tcp: TcpSocket, bytes: Buffer): void {
  idleRequest = null;
  request.bytes = bytes;
  request.oncomplete = (status) => {
    request.bytes = null;
    if (status < 0) tcp.destroy();
  };
}

function writeToStream(tcp: TcpSocket, handle: TcpHandle, bytes: Buffer): boolean {
  if (learned.Request === null) learnRequestClass(handle, () => tcp.write(bytes));
  else tcp.write(bytes);
  return tcp.writableLength === 0;
}

/** Learns the class of Node's write requests from the one that `write` creates. */
function learnRequestClass(handle: TcpHandle, write: () => void): void {
  const { writeBuffer } = handle;
  handle.writeBuffer = (request, bytes) => {
    if (request.constructor.name === REQUEST_CLASS) learned.Request = request.constructor as new () => WriteRequest;
    return writeBuffer.call(handle, request, bytes);
  };
  try {
    write();
  } finally {
    // The original is a method of the prototype.
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
    typeof handle.writeQueueSize === 'number' &&
    'onread' in handle &&
    typeof handle.onread === 'function'
  );
}
