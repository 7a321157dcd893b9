/** Counts connections that were refused or cut off, and logs one line for all of an interval: a rush is one event, not thousands. */
import type { ErrorCodeName } from '@nearby-friends/protocol';
import type { CancelTimer, Clock, Component, Logger } from '@nearby-friends/service-kit';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import type { CutOffReason } from './connection-guard.ts';

export const REFUSALS_LOG_INTERVAL_MS = 10_000;

/** Why a connection was refused: a code of the protocol, or its origin, which the client sees as 403. */
type RefusalReason = ErrorCodeName | 'origin';

export class RefusedConnections implements Component {
  readonly name = 'refused connections';
  readonly #metrics: Pick<GatewayMetrics, 'refused' | 'closedForAbuse'>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #refused: Partial<Record<RefusalReason, number>> = {};
  #cutOff: Partial<Record<CutOffReason, number>> = {};
  #cancel: CancelTimer = () => undefined;

  constructor(options: { metrics: Pick<GatewayMetrics, 'refused' | 'closedForAbuse'>; clock: Clock; logger: Logger }) {
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

  count(code: RefusalReason): void {
    this.#metrics.refused.inc({ code });
    this.#refused[code] = (this.#refused[code] ?? 0) + 1;
  }

  countCutOff(reason: CutOffReason): void {
    this.#metrics.closedForAbuse.inc({ reason });
    this.#cutOff[reason] = (this.#cutOff[reason] ?? 0) + 1;
  }

  #log(): void {
    const [refused, cutOff] = [this.#refused, this.#cutOff];
    this.#refused = {};
    this.#cutOff = {};
    const withinSeconds = REFUSALS_LOG_INTERVAL_MS / 1000;
    if (Object.keys(refused).length > 0) this.#logger.info({ refused, withinSeconds }, 'connections refused');
    if (Object.keys(cutOff).length > 0) this.#logger.warn({ cutOff, withinSeconds }, 'abusive connections cut off');
  }
}
