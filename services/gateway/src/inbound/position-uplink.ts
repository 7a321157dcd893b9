/** Batches positions into one RPC request per location instance every few milliseconds. */
import { type Candidate, chooseByRendezvous } from '@nearby-friends/bus';
import type { ReceivedPosition, RecordedPosition } from '@nearby-friends/protocol';
import { type CancelTimer, type Clock, type Component, msUntilAligned } from '@nearby-friends/service-kit';
import type { LocationClient } from './location-client.ts';

/** Well below the limit of one request, so that no instance is busy with one for long. */
const MAX_BATCH = 500;

/** With this many per instance the cost of a request is small, and waiting for more only adds latency. */
const ENOUGH_FOR_A_REQUEST = 24;

/** Of the flush interval: a deployment with a short one wants low latency here too. */
const MAX_GATHER_SHARE = 1 / 10;

interface Pending {
  readonly received: ReceivedPosition;
  readonly resolve: (recorded: RecordedPosition) => void;
}

const FAILED: RecordedPosition = { outcome: 'failed', at: 0 };

/**
 * All positions of a user go to one location instance as long as the instances are the same, which keeps them in order;
 * across a change of instances the cache rejects older ones. At least once: a batch without a response is sent to another
 * instance, and the cache detects the repetition by its time.
 */
export class PositionUplink implements Component {
  readonly name = 'position uplink';
  readonly #location: Pick<LocationClient, 'instances' | 'record'>;
  readonly #clock: Clock;
  readonly #gatherMs: number;
  #pending: Pending[] = [];
  #inFlight = 0;
  #cancelTimer: CancelTimer | null = null;
  #whenIdle: (() => void)[] = [];

  constructor(options: {
    location: Pick<LocationClient, 'instances' | 'record'>;
    clock: Clock;
    gatherMs: number;
    flushIntervalMs: number;
  }) {
    this.#location = options.location;
    this.#clock = options.clock;
    this.#gatherMs = Math.min(options.gatherMs, options.flushIntervalMs * MAX_GATHER_SHARE);
  }

  /** Resolves with the outcome for the position; never rejects. */
  record(received: ReceivedPosition): Promise<RecordedPosition> {
    return new Promise((resolve) => {
      this.#pending.push({ received, resolve });
      if (this.#pending.length === ENOUGH_FOR_A_REQUEST * this.#location.instances().length) {
        // Together with all others of this turn.
        this.#cancelTimer?.();
        this.#cancelTimer = this.#clock.after(0, () => this.#flush());
      }
      this.#cancelTimer ??= this.#clock.after(this.#untilNext(), () => this.#flush());
    });
  }

  /** Resolves when all positions so far are settled. */
  async drain(): Promise<void> {
    this.#flush();
    if (this.#inFlight === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenIdle.push(resolve);
    });
  }

  #untilNext(): number {
    // Between the ticks, at which list messages take the CPU.
    return msUntilAligned(this.#clock, this.#gatherMs, this.#gatherMs / 2);
  }

  #flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    const pending = this.#pending;
    this.#pending = [];
    const instances = this.#location.instances();
    const groups = new Map<Candidate | undefined, Pending[]>();
    for (const item of pending) {
      const instance = chooseByRendezvous(item.received.user, instances);
      const group = groups.get(instance);
      if (group) group.push(item);
      else groups.set(instance, [item]);
    }
    for (const [instance, group] of groups) {
      for (let i = 0; i < group.length; i += MAX_BATCH) this.#sendBatch(group.slice(i, i + MAX_BATCH), instance);
    }
  }

  #sendBatch(batch: readonly Pending[], instance: Candidate | undefined): void {
    this.#inFlight++;
    const settle = (results: readonly RecordedPosition[]) => {
      batch.forEach(({ resolve }, i) => {
        resolve(results[i] ?? FAILED);
      });
      this.#inFlight--;
      if (this.#inFlight > 0) return;
      for (const resolve of this.#whenIdle) resolve();
      this.#whenIdle = [];
    };
    const positions = batch.map(({ received }) => received);
    this.#location.record(positions, instance).then(settle, () => settle([]));
  }
}
