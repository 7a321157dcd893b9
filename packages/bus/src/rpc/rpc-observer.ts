/** Looks on while instances ask each other: what an operator sees of the bus. */
import { asCodedError, type ServiceName } from '@nearby-friends/protocol';
import type { Counter, LabelledHistogram, Metrics, Tracer } from '@nearby-friends/service-kit';
import type { TraceReaders } from './trace-readers.ts';

export class BusObserver {
  readonly #tracer: Tracer;
  readonly #traceReaders: Pick<TraceReaders, 'includes'>;
  readonly #questionSeconds: LabelledHistogram;
  readonly #questionsFailed: Counter<'method' | 'code'>;
  readonly #questionsRepeated: Counter<'method'>;
  readonly #answerSeconds: LabelledHistogram;

  constructor(options: { metrics: Metrics; tracer: Tracer; traceReaders: Pick<TraceReaders, 'includes'> }) {
    const { metrics } = options;
    this.#tracer = options.tracer;
    this.#traceReaders = options.traceReaders;
    this.#questionSeconds = metrics.latencyBy(
      'nearby_rpc_request_seconds',
      'Time from a question to another service until its answer, other instances tried included, by method, s.',
      'method',
    );
    this.#questionsFailed = metrics.counter(
      'nearby_rpc_requests_failed_total',
      'Questions that were refused or not answered, by method and code.',
      ['method', 'code'],
    );
    this.#questionsRepeated = metrics.counter(
      'nearby_rpc_requests_retried_total',
      'Questions that were asked again since an instance did not answer, by method.',
      ['method'],
    );
    this.#answerSeconds = metrics.latencyBy(
      'nearby_rpc_response_seconds',
      'Time from receiving a question until Redis has taken the answer, by method, s.',
      'method',
    );
  }

  async asking<T>(method: string, ask: () => Promise<T>): Promise<T> {
    const stopTimer = this.#questionSeconds.labels(method).startTimer();
    try {
      return await this.#tracer.step(`ask ${method}`, { kind: 'asks', attributes: { 'rpc.method': method } }, ask);
    } catch (error) {
      this.#questionsFailed.inc({ method, code: asCodedError(error).code });
      throw error;
    } finally {
      stopTimer();
    }
  }

  /** What the question carries of the trace at hand. */
  traceFor(service: ServiceName, instanceId: string): Buffer | null {
    const trace = this.#tracer.carry();
    return trace !== null && this.#traceReaders.includes(service, instanceId) ? trace : null;
  }

  askingAgain(method: string): void {
    this.#questionsRepeated.inc({ method });
  }

  /** `method` is to be one of those that are served here: a metric must not get a new series for whatever is asked. */
  async answering<T>(method: string, trace: Buffer | null, answer: () => Promise<T>): Promise<T> {
    const stopTimer = this.#answerSeconds.labels(method).startTimer();
    try {
      if (trace === null) return await answer();
      const attributes = { 'rpc.method': method };
      return await this.#tracer.span(`answer ${method}`, { kind: 'answers', parent: trace, attributes }, answer);
    } finally {
      stopTimer();
    }
  }
}
