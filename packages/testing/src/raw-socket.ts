/** A bare Engine.IO WebSocket, for what no Socket.IO client would send. */
import { WebSocket } from 'ws';

/** The server speaks first (`0{…}`); the caller says the rest. Errors are left to the `close` that follows them. */
export function openRawSocket(url: string): WebSocket {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`);
  socket.on('error', () => undefined);
  return socket;
}
