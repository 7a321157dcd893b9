/** Answers the pings of a WebSocket in bounded memory, however many a client sends without reading. */
import type { WebSocket } from 'ws';

/**
 * In place of `autoPong` of ws, which queues a pong for each ping. One pong is under way at a time, and then only the newest
 * ping is answered, which RFC 6455 allows in section 5.5.3.
 */
export function answerPings(webSocket: WebSocket): void {
  let isUnderWay = false;
  let newest: Buffer | null = null;
  const answer = (data: Buffer): void => {
    isUnderWay = true;
    // Called when the kernel has accepted the pong, or when the connection has closed.
    webSocket.pong(data, false, () => {
      isUnderWay = false;
      const next = newest;
      newest = null;
      if (next !== null) answer(next);
    });
  };
  webSocket.on('ping', (data: Buffer) => {
    // A copy, since `data` retains all bytes that arrived with it.
    if (isUnderWay) newest = Buffer.from(data);
    else answer(data);
  });
}
