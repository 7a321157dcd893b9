/** Bounds the requests to push services: a service that hangs delays only its own messages. */
import type { CancelTimer, Clock } from '@nearby-friends/service-kit';

/** Of one push service, at a time. */
const MAX_CONCURRENT = 8;
/** Waiting, of one push service. More are dropped. */
const MAX_WAITING = 5_000;
/** Push services of which messages wait or are under way; only the operator's own make it more than some. */
const MAX_SERVICES = 64;

interface Lane {
  active: number;
  readonly waiting: (() => Promise<void>)[];
}

export class PushQueue {
  readonly #clock: Clock;
  readonly #lanes = new Map<string, Lane>();
  readonly #timers = new Set<CancelTimer>();
  #isDraining = false;
  #onIdle: (() => void) | null = null;

  constructor(options: { clock: Clock }) {
    this.#clock = options.clock;
  }

  /** Runs `send` as soon as its push service has room; it must not reject. False: there is too much, and it is dropped. */
  add(origin: string, send: () => Promise<void>): boolean {
    const lane = this.#lanes.get(origin) ?? { active: 0, waiting: [] };
    if (lane.waiting.length >= MAX_WAITING || (!this.#lanes.has(origin) && this.#lanes.size >= MAX_SERVICES))
      return false;
    this.#lanes.set(origin, lane);
    lane.waiting.push(send);
    this.#start(origin, lane);
    return true;
  }

  /** {@link add} after `ms`, once; false while draining, when it is not done. */
  addLater(ms: number, origin: string, send: () => Promise<void>, dropped: () => void): boolean {
    if (this.#isDraining) return false;
    const cancel = this.#clock.after(ms, () => {
      this.#timers.delete(cancel);
      if (!this.add(origin, send)) dropped();
    });
    this.#timers.add(cancel);
    return true;
  }

  /** Finishes what waits and is under way, and repeats nothing. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    if (this.#lanes.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }

  #start(origin: string, lane: Lane): void {
    while (lane.active < MAX_CONCURRENT) {
      const send = lane.waiting.shift();
      if (!send) break;
      lane.active++;
      void send().finally(() => {
        lane.active--;
        this.#start(origin, lane);
      });
    }
    if (lane.active > 0) return;
    this.#lanes.delete(origin);
    if (this.#lanes.size === 0) this.#onIdle?.();
  }
}
