/** Refuses changes that reach this replica late: the caller was told that they failed, and may have changed its mind. */
import { CodedError } from '@nearby-friends/protocol';
import type { Clock, PauseWatch } from '@nearby-friends/service-kit';

/** The load balancer gives up a change after 15 s. */
const MAX_AGE_MS = 14_000;

/**
 * A replica that stood still reads what has waited for it when it continues. By then the load balancer has answered 503, and
 * another replica may have executed a later, narrower change.
 */
export class LateRequests {
  readonly #pauses: Pick<PauseWatch, 'hasJustContinued'>;
  readonly #clock: Clock;

  constructor(options: { pauses: Pick<PauseWatch, 'hasJustContinued'>; clock: Clock }) {
    this.#pauses = options.pauses;
    this.#clock = options.clock;
  }

  /** Throws `unavailable` if a change that was received at `receivedAt` (ms on the process clock) must not begin now. */
  check(receivedAt: number): void {
    if (!this.#pauses.hasJustContinued() && this.#clock.now() - receivedAt <= MAX_AGE_MS) return;
    throw new CodedError('unavailable', 'The request had to wait too long. Send it again if it is still wanted.');
  }
}
