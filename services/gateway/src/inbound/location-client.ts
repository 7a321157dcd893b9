/** Sends positions to the instances of the location service. */
import type { Bus, Candidate } from '@nearby-friends/bus';
import { type ReceivedPosition, type RecordedPosition, recordPositions } from '@nearby-friends/protocol';
import type { Tracer } from '@nearby-friends/service-kit';

export class LocationClient {
  readonly #bus: Pick<Bus, 'rpc' | 'registry'>;
  readonly #tracer: Tracer;
  readonly #traceShare: number;

  constructor(options: {
    bus: Pick<Bus, 'rpc' | 'registry'>;
    tracer: Tracer;
    /** The share of batches that are traced, 0 to 1. */
    traceShare: number;
  }) {
    this.#bus = options.bus;
    this.#tracer = options.tracer;
    this.#traceShare = options.traceShare;
  }

  instances(): readonly Candidate[] {
    return this.#bus.registry.candidates('location');
  }

  /** Prefers `instance`. Resolves with the outcomes in the batch's order; rejects when no instance responded. */
  record(batch: readonly ReceivedPosition[], instance: Candidate | undefined): Promise<readonly RecordedPosition[]> {
    const attributes = { 'batch.size': batch.length };
    return this.#tracer.span('positions', { parent: 'none', share: this.#traceShare, attributes }, () =>
      this.#bus.rpc.call(recordPositions, batch, instance ? { instance } : {}),
    );
  }
}
