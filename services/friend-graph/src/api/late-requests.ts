/** Refuses changes that reach this replica late: the caller was told that they failed, and may have changed its mind. */
import { CodedError } from '@nearby-friends/protocol';
import type { CancelTimer, Clock, Component } from '@nearby-friends/service-kit';

const TICK_MS = 500;
/** A pause of the process from which on what waited for it is refused. */
const PAUSE_MS = 3_000;
/** What has waited in the kernel is read within this time after a pause. */
const AFTER_PAUSE_MS = 1_000;
/** The load balancer gives up a change after 15 s. */
const MAX_AGE_MS = 14_000;

/**
 * A stopped process (SIGSTOP, a frozen container or machine) reads what has waited for it when it continues. By then the load
 * balancer has answered 503, and another replica may have executed a later, narrower change.
 */
export class LateRequests implements Component {
  readonly name = 'late requests';
  readonly #clock: Clock;
  #tickedAt: number;
  #refusedUntil = 0;
  #cancel: CancelTimer = () => undefined;

  constructor(options: { clock: Clock }) {
    this.#clock = options.clock;
    this.#tickedAt = options.clock.now();
  }

  start(): void {
    this.#tickedAt = this.#clock.now();
    this.#cancel = this.#clock.every(TICK_MS, () => this.#notice());
  }

  stop(): void {
    this.#cancel();
  }

  /** Throws `unavailable` if a change that was received at `receivedAt` (ms on the process clock) must not begin now. */
  check(receivedAt: number): void {
    // Node may read a socket before it runs the timers that are due.
    this.#notice();
    const now = this.#clock.now();
    if (now >= this.#refusedUntil && now - receivedAt <= MAX_AGE_MS) return;
    throw new CodedError('unavailable', 'The request had to wait too long. Send it again if it is still wanted.');
  }

  #notice(): void {
    const now = this.#clock.now();
    if (now - this.#tickedAt > PAUSE_MS) this.#refusedUntil = now + AFTER_PAUSE_MS;
    this.#tickedAt = now;
  }
}
