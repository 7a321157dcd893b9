/** Reports one user's positions: one update in flight, the newest next, until the server has confirmed the last one. */
import type { LocationUpdateAck } from '@nearby-friends/protocol';
import type { Movement } from '../dataset/movements.ts';
import type { LatestUpdate } from '../oracle/verdict.ts';
import type { WallClock } from '../plain/wall-clock.ts';

/** Pauses before a refused or unanswered update is tried again, ms; the last one repeats. */
const RETRY_PAUSES_MS = [250, 500, 1_000] as const;

/** A report with the movement it was made from, so that it can be held against the dataset. */
export interface ConfirmedUpdate extends LatestUpdate {
  readonly movement: Movement;
}

interface PositionSenderOptions {
  readonly clock: WallClock;
  /** Sends one update on the present connection. Rejects when no acknowledgement comes in time or the connection is lost. */
  readonly emit: (movement: Movement) => Promise<LocationUpdateAck>;
  readonly observer: SendingObserver;
}

export interface SendingObserver {
  updateSent(): void;
  updateAcked(latencyMs: number): void;
  updateRejected(code: string): void;
  /** No acknowledgement in time, or the connection was lost meanwhile. */
  updateUnanswered(): void;
  /** A newer position took the place of one that had not been sent. */
  updateConflated(): void;
}

/**
 * States: offline (keeps the newest position) ⇄ online; online is idle, or has exactly one update in flight or in its
 * pause before a retry. A connection begins with the latest position, because a gateway knows nothing of earlier ones.
 */
export class PositionSender {
  readonly #options: PositionSenderOptions;
  #online = false;
  #sending = false;
  #latest: Movement | undefined;
  #waiting: Movement | undefined;
  #confirmed: ConfirmedUpdate | undefined;
  #failures = 0;

  constructor(options: PositionSenderOptions) {
    this.#options = options;
  }

  /** A new position; an older one that still waits is given up. */
  report(movement: Movement): void {
    if (this.#waiting !== undefined) this.#options.observer.updateConflated();
    this.#latest = movement;
    this.#waiting = movement;
    this.#wake();
  }

  connected(): void {
    this.#online = true;
    this.#failures = 0;
    this.#waiting ??= this.#latest;
    this.#wake();
  }

  disconnected(): void {
    this.#online = false;
  }

  /** The last report the server said yes to. */
  get confirmed(): ConfirmedUpdate | undefined {
    return this.#confirmed;
  }

  /** Connected, and nothing waits or is in flight: `confirmed` is the newest position. */
  get settled(): boolean {
    return this.#online && !this.#sending && this.#waiting === undefined;
  }

  #wake(): void {
    if (!this.#sending && this.#online) void this.#sendWaiting();
  }

  /** Never rejects: every failure of `emit` is an outcome here. */
  async #sendWaiting(): Promise<void> {
    this.#sending = true;
    while (this.#online && this.#waiting !== undefined) {
      const movement = this.#waiting;
      this.#waiting = undefined;
      if (await this.#send(movement)) this.#failures = 0;
      else await this.#retryLater(movement);
    }
    this.#sending = false;
  }

  /** True when this position needs no further try: it was taken, or refused for good. */
  async #send(movement: Movement): Promise<boolean> {
    const { clock, emit, observer } = this.#options;
    const sentAt = clock.now();
    observer.updateSent();
    let ack: LocationUpdateAck;
    try {
      ack = await emit(movement);
    } catch {
      observer.updateUnanswered();
      return false;
    }
    const ackedAt = clock.now();
    if (ack.ok) {
      observer.updateAcked(ackedAt - sentAt);
      this.#confirmed = { movement, lat: movement.lat, lng: movement.lng, sentAt, ackedAt, at: ack.at };
      return true;
    }
    observer.updateRejected(ack.code);
    return !ack.retryable;
  }

  async #retryLater(movement: Movement): Promise<void> {
    this.#waiting ??= movement;
    const pause = RETRY_PAUSES_MS[Math.min(this.#failures, RETRY_PAUSES_MS.length - 1)];
    this.#failures += 1;
    // After a lost connection the next one brings the position again by itself.
    if (this.#online && pause !== undefined) await this.#options.clock.pause(pause);
  }
}
