/** Limits what one connection may send below events, in packets and bytes: a little until its token has been verified. */
import type { Clock } from '@nearby-friends/service-kit';
import { RateLimit, type RateLimitOptions } from '@nearby-friends/service-kit';

export type ExceededBudget = 'packets' | 'bytes';

export interface Allowance {
  /** Messages, pings, pongs and polling requests, whatever they contain. */
  readonly packets: RateLimitOptions;
  /** Of their payloads. */
  readonly bytes: RateLimitOptions;
}

/** A handshake takes about ten packets over polling with an upgrade, and three tokens of the largest size may be tried. */
export const UNAUTHENTICATED_ALLOWANCE: Allowance = {
  packets: { perSecond: 4, burst: 32 },
  bytes: { perSecond: 1_024, burst: 16_384 },
};

/** A client that was offline sends all it has buffered at once, and only the newest of it costs more than parsing. */
const BUFFERED_PACKETS = 1_000;
/** Pongs, polls and other packets that are not events. */
const OTHER_PACKETS_PER_SECOND = 50;
const BYTES_PER_EVENT = 4_096;
const BUFFERED_BYTES = 512 * 1_024;

/** The allowance of an authenticated client that may send so many events. */
export function allowanceFor({ eventsPerSecond, eventsBurst }: EventLimits): Allowance {
  return {
    packets: { perSecond: OTHER_PACKETS_PER_SECOND + 2 * eventsPerSecond, burst: BUFFERED_PACKETS + eventsBurst },
    bytes: {
      perSecond: BYTES_PER_EVENT * (1 + eventsPerSecond),
      burst: BUFFERED_BYTES + BYTES_PER_EVENT * eventsBurst,
    },
  };
}

export interface EventLimits {
  readonly eventsPerSecond: number;
  readonly eventsBurst: number;
}

export class ConnectionBudget {
  readonly #clock: Clock;
  readonly #onExceeded: (budget: ExceededBudget) => void;
  #packets: RateLimit;
  #bytes: RateLimit;
  #isExceeded = false;

  constructor(options: { allowance: Allowance; clock: Clock; onExceeded: (budget: ExceededBudget) => void }) {
    const { allowance, clock } = options;
    const now = clock.now();
    this.#clock = clock;
    this.#onExceeded = options.onExceeded;
    this.#packets = new RateLimit({ ...allowance.packets, now });
    this.#bytes = new RateLimit({ ...allowance.bytes, now });
  }

  /**
   * Counts one packet. Returns false once the budget is exceeded, and then for ever: the packet is not to be handled, and
   * `onExceeded`, called once, cuts the connection off.
   */
  take(bytes: number): boolean {
    if (this.#isExceeded) return false;
    const now = this.#clock.now();
    if (!this.#packets.take(now)) this.#exceed('packets');
    else if (!this.#bytes.take(now, bytes)) this.#exceed('bytes');
    return !this.#isExceeded;
  }

  /** Replaces the allowance, once the client's token has been verified. */
  widen(allowance: Allowance): void {
    const now = this.#clock.now();
    this.#packets = new RateLimit({ ...allowance.packets, now });
    this.#bytes = new RateLimit({ ...allowance.bytes, now });
  }

  #exceed(budget: ExceededBudget): void {
    this.#isExceeded = true;
    this.#onExceeded(budget);
  }
}
