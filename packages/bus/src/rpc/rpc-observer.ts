/** Measures and traces the RPC requests that an instance sends and serves. */
import { asCodedError } from '@nearby-friends/protocol';
import type { Counter, LabelledHistogram, Metrics, Tracer } from '@nearby-friends/service-kit';

export class RpcObserver {
  readonly #tracer: Tracer;
  readonly #requestSeconds: LabelledHistogram;
  readonly #requestsFailed: Counter<'method' | 'code'>;
  readonly #requestsRetried: Counter<'method'>;
  readonly #responseSeconds: LabelledHistogram;

  constructor({ metrics, tracer }: { metrics: Metrics; tracer: Tracer }) {
    this.#tracer = tracer;
    this.#requestSeconds = metrics.latencyBy(
      'nearby_rpc_request_seconds',
      'Time from an RPC request until its response, including retries at other instances, by method, s.',
      'method',
    );
    this.#requestsFailed = metrics.counter(
      'nearby_rpc_requests_failed_total',
      'RPC requests that were refused or got no response, by method and error code.',
      ['method', 'code'],
    );
    this.#requestsRetried = metrics.counter(
      'nearby_rpc_requests_retried_total',
      'RPC requests sent again because an instance did not respond, by method.',
      ['method'],
    );
    this.#responseSeconds = metrics.latencyBy(
      'nearby_rpc_response_seconds',
      'Time from receiving an RPC request until Redis has accepted the response, by method, s.',
      'method',
    );
  }

  async traceRequest<T>(method: string, send: () => Promise<T>): Promise<T> {
    const stopTimer = this.#requestSeconds.labels(method).startTimer();
    try {
      return await this.#tracer.step(`call ${method}`, { kind: 'client', attributes: { 'rpc.method': method } }, send);
    } catch (error) {
      this.#requestsFailed.inc({ method, code: asCodedError(error).code });
      throw error;
    } finally {
      stopTimer();
    }
  }

  /** The current trace context, for the request's envelope; null when there is none. */
  traceContext(): Buffer | null {
    return this.#tracer.carry();
  }

  countRetry(method: string): void {
    this.#requestsRetried.inc({ method });
  }

  /** `method` must be one that is served here: an arbitrary name would create a new series. */
  async traceResponse<T>(method: string, trace: Buffer | null, respond: () => Promise<T>): Promise<T> {
    const stopTimer = this.#responseSeconds.labels(method).startTimer();
    try {
      if (trace === null) return await respond();
      const attributes = { 'rpc.method': method };
      return await this.#tracer.span(`serve ${method}`, { kind: 'server', parent: trace, attributes }, respond);
    } finally {
      stopTimer();
    }
  }
}
