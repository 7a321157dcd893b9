/** Sends positions to the location service: those of a few milliseconds as one message per instance. */
import { type Candidate, chooseByRendezvous } from '@nearby-friends/bus';
import type { ReceivedPosition, RecordedPosition } from '@nearby-friends/protocol';
import { type CancelTimer, type Clock, type Component, msUntilAligned } from '@nearby-friends/service-kit';

/** Well below what one message may hold, so that no instance is busy with one for long. */
const MAX_BATCH = 500;

/** With so many for each instance a message's own cost is small: waiting for more would only take time. */
const ENOUGH_FOR_A_MESSAGE = 24;

/** Hands a batch to `instance` or, failing that, to another; the answer is in the batch's order. */
export type SendBatch = (
  batch: readonly ReceivedPosition[],
  instance: Candidate | undefined,
) => Promise<readonly RecordedPosition[]>;

interface Pending {
  readonly received: ReceivedPosition;
  readonly resolve: (recorded: RecordedPosition) => void;
}

const FAILED: RecordedPosition = { outcome: 'failed', at: 0 };

/**
 * All positions of a user go to one location instance as long as the instances stay the same, so they stay in order;
 * across a change the cache refuses what is older. At least once: a batch nobody answered for is sent to another
 * instance, and the cache knows a repetition by its time.
 */
export class PositionUplink implements Component {
  readonly name = 'position uplink';
  readonly #candidates: () => readonly Candidate[];
  readonly #send: SendBatch;
  readonly #clock: Clock;
  readonly #gatherMs: number;
  #pending: Pending[] = [];
  #underWay = 0;
  #cancelTimer: CancelTimer | null = null;
  #whenIdle: (() => void)[] = [];

  constructor(options: {
    candidates: () => readonly Candidate[];
    /** Rejects when no instance answered. */
    send: SendBatch;
    clock: Clock;
    gatherMs: number;
  }) {
    this.#candidates = options.candidates;
    this.#send = options.send;
    this.#clock = options.clock;
    this.#gatherMs = options.gatherMs;
  }

  /** Resolves with what became of the position; never rejects. */
  record(received: ReceivedPosition): Promise<RecordedPosition> {
    return new Promise((resolve) => {
      this.#pending.push({ received, resolve });
      if (this.#pending.length === ENOUGH_FOR_A_MESSAGE * this.#candidates().length) {
        // With whatever else comes in this turn.
        this.#cancelTimer?.();
        this.#cancelTimer = this.#clock.after(0, () => this.#flush());
      }
      this.#cancelTimer ??= this.#clock.after(this.#untilNext(), () => this.#flush());
    });
  }

  /** Resolves when every position given so far is settled. */
  async drain(): Promise<void> {
    this.#flush();
    if (this.#underWay === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenIdle.push(resolve);
    });
  }

  #untilNext(): number {
    // Between the ticks: at these the list messages keep everybody busy.
    return msUntilAligned(this.#clock, this.#gatherMs, this.#gatherMs / 2);
  }

  #flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    const pending = this.#pending;
    this.#pending = [];
    const candidates = this.#candidates();
    const groups = new Map<Candidate | undefined, Pending[]>();
    for (const item of pending) {
      const instance = chooseByRendezvous(item.received.user, candidates);
      const group = groups.get(instance);
      if (group) group.push(item);
      else groups.set(instance, [item]);
    }
    for (const [instance, group] of groups) {
      for (let i = 0; i < group.length; i += MAX_BATCH) this.#sendBatch(group.slice(i, i + MAX_BATCH), instance);
    }
  }

  #sendBatch(batch: readonly Pending[], instance: Candidate | undefined): void {
    this.#underWay++;
    const settle = (results: readonly RecordedPosition[]) => {
      batch.forEach(({ resolve }, i) => {
        resolve(results[i] ?? FAILED);
      });
      this.#underWay--;
      if (this.#underWay > 0) return;
      for (const resolve of this.#whenIdle) resolve();
      this.#whenIdle = [];
    };
    this.#send(
      batch.map(({ received }) => received),
      instance,
    ).then(settle, () => settle([]));
  }
}
