/** Opens a Socket.IO connection whose failure says whether the server refuses this page's origin. */
import type { OriginCheck } from '../origin-check.ts';
import { openSocket, type Socket, type SocketOptions } from './socket.ts';

export function openExplained(originCheck: Pick<OriginCheck, 'isForeign' | 'explain'>, options: SocketOptions): Socket {
  if (!originCheck.isForeign) return openSocket(options);
  let isClosed = false;
  let wasConnected = false;
  const socket = openSocket({
    ...options,
    events: {
      ...options.events,
      connected() {
        wasConnected = true;
        options.events.connected();
      },
      ended(error) {
        // A connection that was open was not refused.
        if (wasConnected) options.events.ended(error);
        else {
          void originCheck.explain(error).then((explained) => {
            if (!isClosed) options.events.ended(explained);
          });
        }
      },
    },
  });
  return {
    emit: (event, payload) => socket.emit(event, payload),
    close() {
      isClosed = true;
      socket.close();
    },
  };
}
