/** Lets go of the request that a WebSocket began with: it would stay in memory for as long as the connection lasts. */
import { Socket as TcpSocket } from 'node:net';

/** What is used of Engine.IO's connection; `socket`, of ws, is looked at before it is used. */
export interface UpgradedConnection {
  readonly transport: { readonly name: string; readonly socket?: unknown };
  once(event: 'upgrade', run: () => void): unknown;
}

/**
 * It hangs, headers and all, on a listener by which Engine.IO tells middlewares that a connection is closed, and there are
 * none: some 1 KB of each client. Does nothing where Engine.IO or ws are not as they were.
 */
export function releaseUpgradeRequest(connection: UpgradedConnection): void {
  const { name, socket: webSocket } = connection.transport;
  if (name !== 'websocket') {
    connection.once('upgrade', () => releaseUpgradeRequest(connection));
    return;
  }
  if (typeof webSocket !== 'object' || webSocket === null) return;
  if ('_socket' in webSocket && webSocket._socket instanceof TcpSocket) forgetRequest(webSocket._socket);
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
