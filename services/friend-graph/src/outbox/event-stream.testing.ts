/** An in-memory event stream whose steps a test controls. */
import { type GraphEvent, graphEventCodec } from '@nearby-friends/protocol';
import type { GraphEventStream } from './graph-event-stream.ts';

export class EventStreamOfTest implements GraphEventStream {
  readonly events: GraphEvent[] = [];
  /** Called before events are appended. */
  beforeAppend: () => Promise<void> | void = () => undefined;
  /** Number of events on the stream at the start of each barrier. */
  readonly barriers: number[] = [];
  beforeBarrier: (options: { signal?: AbortSignal }) => Promise<void> | void = () => undefined;
  trims = 0;
  /** What Redis remembers; null: it has lost everything. */
  marked: string | null = null;
  /** Number of calls of `mark`. */
  marksRead = 0;

  async append(payloads: readonly Buffer[]): Promise<void> {
    await this.beforeAppend();
    this.events.push(...payloads.map((payload) => graphEventCodec.decode(payload)));
  }

  async barrier(options: { signal?: AbortSignal } = {}): Promise<void> {
    this.barriers.push(this.events.length);
    await this.beforeBarrier(options);
  }

  async mark(): Promise<string | null> {
    this.marksRead++;
    return this.marked;
  }

  async replaceMark(previous: string | null, next: string): Promise<void> {
    if (this.marked === previous) this.marked = next;
  }

  async trim(): Promise<void> {
    this.trims++;
  }
}
