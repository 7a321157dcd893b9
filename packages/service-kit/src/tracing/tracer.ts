/** The port for traces across services. It does nothing unless an operator configures a collector. */

/**
 * All attributes that a span may have. The list is closed on purpose: it holds codes, counts, patterns and names of this
 * system only, so no user, position or token can get into a trace.
 */
export interface SpanAttributes {
  readonly 'http.request.method'?: string;
  /** The route pattern, never the path. */
  readonly 'http.route'?: string;
  readonly 'http.response.status_code'?: number;
  /** Name of the RPC method. */
  readonly 'rpc.method'?: string;
  /** As in the logs. It ends with the connection and does not identify the user. */
  readonly 'session.id'?: string;
  /** Number of items in the batch. */
  readonly 'batch.size'?: number;
  readonly 'friends.count'?: number;
  readonly 'friends.active'?: number;
}

export interface SpanOptions {
  /** `client` sends a request to another process, `server` serves one; internal work has no kind. */
  readonly kind?: 'client' | 'server';
  readonly attributes?: SpanAttributes;
  /**
   * The span that this one belongs to: the current one by default, one from another process ({@link Tracer.carry}), or
   * none.
   */
  readonly parent?: Buffer | 'none';
  /** For a span that begins a trace: the share of traces to keep, 0 to 1. By default the operator's setting. */
  readonly share?: number;
}

export interface Span {
  /** Runs `work` within this span: spans that begin in it, also asynchronously, become its children. */
  run<T>(work: () => T): T;
  describe(attributes: SpanAttributes): void;
  rename(name: string): void;
  /** Of an error only the code is recorded. */
  end(error?: unknown): void;
}

export interface Tracer {
  /** Begins a span; the caller must end it. */
  begin(name: string, options?: SpanOptions): Span;
  /** Runs `work` in a span that ends when `work` settles. */
  span<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T>;
  /** Like {@link span} within a current trace; without one it only runs `work`. */
  step<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T>;
  /** The current trace context, to be continued in another process; null when there is none or it is not kept. */
  carry(): Buffer | null;
}

/** A span that records nothing. */
export const NO_SPAN: Span = {
  run: (work) => work(),
  describe: () => undefined,
  rename: () => undefined,
  end: () => undefined,
};

/** A tracer that records nothing. */
export const noTracer: Tracer = {
  begin: () => NO_SPAN,
  span: (_name, _options, work) => work(NO_SPAN),
  step: (_name, _options, work) => work(NO_SPAN),
  carry: () => null,
};
