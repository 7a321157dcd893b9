/** Finds what the fast path uses of a connection: its WebSocket, its TCP connection and that one's handle. */
import type { Socket as TcpSocket } from 'node:net';
import type { Socket as EngineConnection } from 'engine.io';
import { type TcpHandle, tcpHandleOf } from './tcp-handle.ts';

export type { EngineConnection };

/** A WebSocket of ws with the hooks of patches/ws@8.21.3.patch. */
export interface PatchedWebSocket {
  readonly readyState: number;
  /** Names of the negotiated extensions, empty without any. */
  readonly extensions: string;
  readonly tcpSocket: TcpSocket | null;
  readonly receiver: { readonly isBetweenMessages: boolean; releaseMask(): void };
  /** Emitted before the close frame is written, whichever side closes. */
  once(event: 'closing', listener: () => void): unknown;
}

export interface FastConnection {
  readonly webSocket: PatchedWebSocket;
  readonly tcp: TcpSocket;
  readonly handle: TcpHandle;
}

/** {@link PatchedWebSocket.readyState} of an open WebSocket. */
export const OPEN = 1;

/**
 * Null while the client polls, when the WebSocket is not open or has an extension (its frames then differ), and for
 * anything but plain TCP.
 */
export function findFastConnection({ webSocket }: EngineConnection): FastConnection | null {
  if (webSocket === null) return null;
  const patched = webSocket as PatchedWebSocket;
  const { tcpSocket: tcp } = patched;
  if (patched.readyState !== OPEN || patched.extensions !== '' || tcp === null) return null;
  const handle = tcpHandleOf(tcp);
  return handle === null ? null : { webSocket: patched, tcp, handle };
}
