/** Lets go of what a WebSocket connection was made with: it would stay in memory for as long as the connection lasts. */
import { Socket as TcpSocket } from 'node:net';

/** What is used of Engine.IO's connection; `socket`, of ws, is looked at before it is used. */
export interface UpgradedConnection {
  readonly transport: { readonly name: string; readonly socket?: unknown };
  once(event: 'upgrade', run: () => void): unknown;
}

/** What reads frames in ws: a mask is the frame's that is being read, and a part of what arrived with it. */
interface FrameReader {
  readonly _state: number;
  _mask: unknown;
}

const AT_A_FRAME = 0;

/**
 * The request, headers and all, hangs on a listener by which Engine.IO tells middlewares that a connection is closed, and
 * there are none; the first frame, with the token, on its mask. Together some 2 KB of each client. Does nothing where Engine.IO or ws are
 * not as they were.
 */
export function letGoOfUpgrade(connection: UpgradedConnection): void {
  const { name, socket: webSocket } = connection.transport;
  if (name !== 'websocket') {
    connection.once('upgrade', () => letGoOfUpgrade(connection));
    return;
  }
  if (typeof webSocket !== 'object' || webSocket === null) return;
  if ('_socket' in webSocket && webSocket._socket instanceof TcpSocket) forgetRequest(webSocket._socket);
  if ('_receiver' in webSocket && isFrameReader(webSocket._receiver)) forgetMask(webSocket._receiver);
}

function forgetRequest(tcp: TcpSocket): void {
  for (const listener of tcp.rawListeners('close')) {
    if (isOfResponse(listener)) tcp.removeListener('close', listener.listener);
  }
}

/** What a listener for one time wraps, as Engine.IO's WebSocketResponse has it. */
function isOfResponse(listener: unknown): listener is { readonly listener: () => void } {
  return (
    typeof listener === 'function' &&
    'listener' in listener &&
    typeof listener.listener === 'function' &&
    String(listener.listener) === '() => this.emit("close")'
  );
}

function forgetMask(reader: FrameReader): void {
  if (reader._state === AT_A_FRAME) reader._mask = undefined;
}

function isFrameReader(reader: unknown): reader is FrameReader {
  return typeof reader === 'object' && reader !== null && '_state' in reader && '_mask' in reader;
}
