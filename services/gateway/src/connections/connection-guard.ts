/** Bounds what one client can make this process handle and queue, on whatever carries its packets. */
import type { Clock } from '@nearby-friends/service-kit';
import type { WebSocket } from 'ws';
import { type Allowance, ConnectionBudget, type ExceededBudget } from '../inbound/connection-budget.ts';
import { answerPings } from './answer-pings.ts';

/** `unread`: the client does not read what is sent to it. */
export type CutOffReason = ExceededBudget | 'unread';

/** The part of an Engine.IO connection that is guarded. */
export interface GuardedConnection {
  /** What Engine.IO has not passed to the transport yet. */
  readonly writeBuffer: { readonly length: number };
  readonly transport: { readonly name: string };
  on(event: 'packet', listener: (packet: { readonly data?: { readonly length: number } }) => void): unknown;
  on(event: 'packetCreate', listener: () => void): unknown;
  close(discard: boolean): void;
}

/** Packets that may wait for a client beyond the answers to everything it may send at once. */
const SPARE_UNREAD_PACKETS = 256;

/** From the first byte of a client to the last: also before its handshake, and over an upgrade from polling. */
export class ConnectionGuard {
  readonly budget: ConnectionBudget;
  readonly #onCutOff: (reason: CutOffReason) => void;
  #maxUnreadPackets: number;
  #webSocket: WebSocket | null = null;
  #connection: GuardedConnection | null = null;
  #isCutOff = false;

  constructor(options: { allowance: Allowance; clock: Clock; onCutOff: (reason: CutOffReason) => void }) {
    const { allowance, clock } = options;
    this.#onCutOff = options.onCutOff;
    this.#maxUnreadPackets = SPARE_UNREAD_PACKETS + allowance.packets.burst;
    this.budget = new ConnectionBudget({ allowance, clock, onExceeded: (budget) => this.#cutOff(budget) });
  }

  /** Counts the frames of a WebSocket before Engine.IO handles them, also those that never reach Engine.IO's connection. */
  watchWebSocket(webSocket: WebSocket): void {
    this.#webSocket = webSocket;
    const count = (data: { readonly length: number }) => void this.budget.take(data.length);
    webSocket.on('message', count).on('pong', count).on('ping', count);
    answerPings(webSocket);
  }

  watchConnection(connection: GuardedConnection): void {
    this.#connection = connection;
    connection.on('packet', ({ data }) => {
      // The packets of a WebSocket have been counted as frames.
      if (connection.transport.name === 'polling') this.budget.take(data?.length ?? 0);
    });
    connection.on('packetCreate', () => {
      if (connection.writeBuffer.length >= this.#maxUnreadPackets) this.#cutOff('unread');
    });
  }

  /** The client's token has been verified. */
  widen(allowance: Allowance): void {
    this.#maxUnreadPackets = SPARE_UNREAD_PACKETS + allowance.packets.burst;
    this.budget.widen(allowance);
  }

  #cutOff(reason: CutOffReason): void {
    if (this.#isCutOff) return;
    this.#isCutOff = true;
    // Before anything is closed: the rest of the bytes that have arrived would still be dispatched.
    this.#webSocket?.removeAllListeners('message').removeAllListeners('ping').removeAllListeners('pong');
    this.#webSocket?.terminate();
    this.#connection?.close(true);
    this.#onCutOff(reason);
  }
}
