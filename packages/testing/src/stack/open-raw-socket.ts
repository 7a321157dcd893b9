/** A bare Engine.IO WebSocket, for bytes that no Socket.IO client sends. */
import { WebSocket } from 'ws';

/** The server sends first (`0{…}`), the caller the rest. Errors are left to the `close` that follows them. */
export function openRawSocket(url: string): WebSocket {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`);
  socket.on('error', () => undefined);
  return socket;
}
