/** Traces: what took how long, across services. Nothing is behind it unless an operator has asked for traces. */

/**
 * All that may be said of a span. Closed on purpose: what is no code, count, pattern or name of ours has no place in
 * one, so neither people nor places nor tokens can get there.
 */
export interface SpanAttributes {
  readonly 'http.request.method'?: string;
  /** The pattern, never the path. */
  readonly 'http.route'?: string;
  readonly 'http.response.status_code'?: number;
  /** Of the bus. */
  readonly 'rpc.method'?: string;
  /** As in the logs; it ends with the connection and says nothing of its user. */
  readonly 'session.id'?: string;
  /** How many the work is for. */
  readonly 'batch.size'?: number;
  readonly 'friends.count'?: number;
  readonly 'friends.active'?: number;
}

export interface SpanOptions {
  /** `asks` another process, or `answers` one; most do neither. */
  readonly kind?: 'asks' | 'answers';
  readonly attributes?: SpanAttributes;
  /**
   * What this span continues: the trace at hand unless said otherwise, one that another process has sent
   * ({@link Tracer.carry}), or none.
   */
  readonly parent?: Buffer | 'none';
  /** Of those that begin a trace, the share that is kept; the operator's unless said otherwise. */
  readonly share?: number;
}

export interface Span {
  /** Runs `work` within this span: the spans that begin there, also later on, are parts of it. */
  run<T>(work: () => T): T;
  describe(attributes: SpanAttributes): void;
  rename(name: string): void;
  /** With the error that ended it, of which only the code is told. */
  end(error?: unknown): void;
}

export interface Tracer {
  /** Begins a span that the caller ends. */
  begin(name: string, options?: SpanOptions): Span;
  /** Runs `work` as a span; the span ends with it. */
  span<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T>;
  /** The same as a part of the trace at hand; without one, `work` and nothing else. */
  step<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T>;
  /** The trace at hand, to be continued in another process; null when there is none, or it is not kept. */
  carry(): Buffer | null;
}

/** Of no trace. */
export const NO_SPAN: Span = {
  run: (work) => work(),
  describe: () => undefined,
  rename: () => undefined,
  end: () => undefined,
};

/** Traces nothing. */
export const noTracer: Tracer = {
  begin: () => NO_SPAN,
  span: (_name, _options, work) => work(NO_SPAN),
  step: (_name, _options, work) => work(NO_SPAN),
  carry: () => null,
};
