/** Counts the open connections of a gateway, for its metrics. */
import type { Transport } from '../viewer/transport.ts';

export interface ConnectionCount {
  readonly labels: { readonly transport: 'websocket' | 'polling'; readonly path: Transport['path'] };
  readonly value: number;
}

/** `connections` are all of Engine.IO, `sockets` those that have passed the handshake. Visits each of them. */
export function countConnections(
  connections: Iterable<{ readonly transport: { readonly socket?: object } }>,
  sockets: Iterable<{ readonly data: { readonly transport?: Pick<Transport, 'path'> } }>,
): ConnectionCount[] {
  let websockets = 0;
  let polling = 0;
  for (const { transport } of connections) {
    if (transport.socket) websockets++;
    else polling++;
  }
  let fast = 0;
  for (const { data } of sockets) if (data.transport?.path === 'fast') fast++;
  return [
    { labels: { transport: 'websocket', path: 'fast' }, value: fast },
    { labels: { transport: 'websocket', path: 'plain' }, value: websockets - fast },
    { labels: { transport: 'polling', path: 'plain' }, value: polling },
  ];
}
