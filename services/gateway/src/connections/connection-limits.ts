/** Limits the connections of one user and of one address, so that no client fills a replica alone. */
import { CONNECTION_CLOSING, CodedError, ERROR_CODES } from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';
import { RateLimit } from '@nearby-friends/service-kit';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Session } from '../viewer/session.ts';
import { addressKey } from './address-key.ts';

/** New connections of one user on average, and at once: each comes with a new budget. */
const CONNECTS_PER_SECOND = 5;
const CONNECTS_BURST = 100;
/** Users whose connects are remembered. */
const MAX_REMEMBERED_USERS = 50_000;

/** Connections of an address, in multiples of its limit, at which a further one gets no answer. */
const SILENT_REFUSAL_FACTOR = 2;

export class ConnectionLimits {
  readonly #sessions: Pick<Sessions, 'of'>;
  readonly #maxPerUser: number;
  readonly #maxPerAddress: number;
  readonly #metrics: Pick<GatewayMetrics, 'replaced'>;
  readonly #clock: Clock;
  readonly #addresses = new Map<string, number>();
  /** In the order of their first connect. */
  readonly #connects = new Map<string, RateLimit>();

  constructor(options: {
    sessions: Pick<Sessions, 'of'>;
    maxPerUser: number;
    /** 0: no limit. */
    maxPerAddress: number;
    metrics: Pick<GatewayMetrics, 'replaced'>;
    clock: Clock;
  }) {
    this.#sessions = options.sessions;
    this.#maxPerUser = options.maxPerUser;
    this.#maxPerAddress = options.maxPerAddress || Number.POSITIVE_INFINITY;
    this.#metrics = options.metrics;
    this.#clock = options.clock;
  }

  /** Addresses with an open connection. */
  get addresses(): number {
    return this.#addresses.size;
  }

  /**
   * Counts a connection of `address` until the returned function is called. `refuses`: the address has too many; `ignores`:
   * so many that the connection is not worth an answer.
   */
  arrive(address: string): { readonly refuses: boolean; readonly ignores: boolean; leave(): void } {
    const key = addressKey(address);
    const count = (this.#addresses.get(key) ?? 0) + 1;
    this.#addresses.set(key, count);
    let isHere = true;
    return {
      refuses: count > this.#maxPerAddress,
      ignores: count > this.#maxPerAddress * SILENT_REFUSAL_FACTOR,
      leave: () => {
        if (!isHere) return;
        isHere = false;
        const left = (this.#addresses.get(key) ?? 1) - 1;
        if (left > 0) this.#addresses.set(key, left);
        else this.#addresses.delete(key);
      },
    };
  }

  /** Throws `rate_limited` for a user who connects again and again. */
  checkConnect(user: string): void {
    const now = this.#clock.now();
    let connects = this.#connects.get(user);
    if (!connects) {
      connects = new RateLimit({ perSecond: CONNECTS_PER_SECOND, burst: CONNECTS_BURST, now });
      for (const oldest of this.#connects.keys()) {
        if (this.#connects.size < MAX_REMEMBERED_USERS) break;
        this.#connects.delete(oldest);
      }
      this.#connects.set(user, connects);
    }
    if (connects.take(now)) return;
    throw new CodedError('rate_limited', 'This user connects too often. Connect again in a few seconds.');
  }

  /** Closes the most idle connections of the user of `newest`, as far as there are too many. */
  makeRoomFor(newest: Session): void {
    const others = this.#sessions.of(newest.user).filter((session) => session !== newest && !session.isClosed);
    // Stable: of those that have reported nothing, the oldest goes first.
    others.sort((a, b) => (a.own?.at ?? 0) - (b.own?.at ?? 0));
    for (const session of others.slice(0, Math.max(0, others.length + 1 - this.#maxPerUser))) {
      this.#close(session);
      this.#metrics.replaced.inc();
    }
  }

  #close({ transport }: Session): void {
    const code = 'too_many_connections';
    const message = `This user has more than ${this.#maxPerUser} connections, of which this one was the most idle.`;
    transport.send(CONNECTION_CLOSING, { code, message, retryable: ERROR_CODES[code].retryable });
    transport.disconnect();
  }
}
