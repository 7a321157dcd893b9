/** Counts refused connections, and logs one line for all of an interval: a rush of them is one event, not thousands. */
import type { ErrorCodeName } from '@nearby-friends/protocol';
import type { CancelTimer, Clock, Component, Logger } from '@nearby-friends/service-kit';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';

export const REFUSALS_LOG_INTERVAL_MS = 10_000;

export class RefusedConnections implements Component {
  readonly name = 'refused connections';
  readonly #metrics: Pick<GatewayMetrics, 'refused'>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #sinceLast: Partial<Record<ErrorCodeName, number>> = {};
  #cancel: CancelTimer = () => undefined;

  constructor(options: { metrics: Pick<GatewayMetrics, 'refused'>; clock: Clock; logger: Logger }) {
    this.#metrics = options.metrics;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  start(): void {
    this.#cancel = this.#clock.every(REFUSALS_LOG_INTERVAL_MS, () => this.#log());
  }

  stop(): void {
    this.#cancel();
    this.#log();
  }

  count(code: ErrorCodeName): void {
    this.#metrics.refused.inc({ code });
    this.#sinceLast[code] = (this.#sinceLast[code] ?? 0) + 1;
  }

  #log(): void {
    const refused = this.#sinceLast;
    if (Object.keys(refused).length === 0) return;
    this.#sinceLast = {};
    this.#logger.info({ refused, withinSeconds: REFUSALS_LOG_INTERVAL_MS / 1000 }, 'connections refused');
  }
}
