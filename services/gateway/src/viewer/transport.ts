/** The port to one client's connection, behind which the plain and the fast path are interchangeable. */
import type { ServerToClientEvents } from '@nearby-friends/protocol';
import type { ListMessage } from './list-message.ts';

/** Takes an event and its arguments, of which the last may be the function that acknowledges it. */
export type EventReceiver = (event: string, args: readonly unknown[]) => void;

/**
 * Delivers at most once. List messages arrive in their order, other events in theirs; a list message may overtake an
 * acknowledgement. Nothing limits what queues up for a client that does not read: check {@link isWritable} first.
 */
export interface Transport {
  /** Which implementation serves this connection at the moment. */
  readonly path: 'fast' | 'plain';
  /** Passes every event of the client to `receive`, in order. Returns a function that stops it. */
  receive(receive: EventReceiver): () => void;
  /** Whether a message would leave at once: nothing sent before is still queued (backpressure). */
  isWritable(): boolean;
  /** Whether a list message may be sent, since the last one has left. Cheap: called for each. */
  isReadyForList(): boolean;
  /** Whether a list message that is written now must carry a ping. Cheap: called for each. */
  isPingDue(): boolean;
  /** Reads what {@link sendList} will need, see `cache-prefetch.ts`. */
  prefetch(): number;
  send<E extends keyof ServerToClientEvents>(event: E, message: Parameters<ServerToClientEvents[E]>[0]): void;
  /** Returns whether the message's bytes may be overwritten from now on. */
  sendList(message: ListMessage): boolean;
  /** Ends the connection for good: the client does not reconnect by itself. */
  disconnect(): void;
  /** Ends the connection without waiting for what the client has not read. */
  cutOff(): void;
}
