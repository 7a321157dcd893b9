/** Floods a gateway as one that attacks it does: as fast as it can, and without reading. */
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { WebSocket } from 'ws';

/** More than any budget allows. */
const PACKETS = 2_500;
const PACKETS_PER_TURN = 100;
/** A body has at most 4 KB. */
const PACKETS_PER_BODY = 1_300;
const SEPARATOR = '\u001e';

/** Sends `PACKETS` of them over one connection, with that token or without one, or fewer when it is cut off. */
export type Flood = (gateway: string, token: string | undefined) => Promise<void>;

export const FLOODS: Readonly<Record<string, Flood>> = {
  'WebSocket pings': overWebSocket((socket) => socket.ping('x'.repeat(125))),
  'Engine.IO pongs': overWebSocket((socket) => socket.send('3')),
  'connects to namespaces': overWebSocket((socket, i) => socket.send(`40/n${i},{}`)),
  'events of 2 KB': overWebSocket((socket, i) => socket.send(`42${i}["x","${'y'.repeat(2_000)}"]`)),
  'bodies of a polling client': overPolling,
};

function overWebSocket(send: (socket: WebSocket, i: number) => void): Flood {
  return async (gateway, token) => {
    const socket = new WebSocket(`${gateway.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`);
    // It is cut off in the midst of it.
    socket.on('error', () => undefined);
    const closed = once(socket, 'close');
    await Promise.race([once(socket, 'message'), closed]);
    if (token !== undefined && isOpen(socket)) {
      socket.send(`40${JSON.stringify({ token })}`);
      await Promise.race([once(socket, 'message'), closed]);
    }
    socket.pause();
    for (let i = 0; i < PACKETS && isOpen(socket); i++) {
      send(socket, i);
      if (i % PACKETS_PER_TURN === 0) await nextTurn();
    }
    socket.terminate();
    await closed;
  };
}

function isOpen({ readyState }: WebSocket): boolean {
  return readyState === WebSocket.OPEN;
}

async function overPolling(gateway: string, token: string | undefined): Promise<void> {
  const address = `${gateway}/socket.io/?EIO=4&transport=polling`;
  try {
    const { sid } = JSON.parse((await (await fetch(address)).text()).slice(1)) as { sid: string };
    const session = `${address}&sid=${sid}`;
    const post = async (body: string) => await (await fetch(session, { method: 'POST', body })).text();
    if (token !== undefined) await post(`40${JSON.stringify({ token })}`);
    if (token !== undefined) await (await fetch(session)).text();
    const body = Array.from({ length: PACKETS_PER_BODY }, () => '3').join(SEPARATOR);
    while ((await post(body)) === 'ok');
  } catch {
    // Cut off.
  }
}
