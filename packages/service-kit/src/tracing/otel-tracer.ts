/** Traces by OpenTelemetry, sent over OTLP/HTTP. Loaded only where an operator has named a place for them. */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  createContextKey,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Logger } from '../logging/logger.ts';
import { redactPrivateValues } from '../logging/private-values.ts';
import { decodeTraceContext, encodeTraceContext } from './trace-context.ts';
import { NO_SPAN, type Span, type SpanAttributes, type SpanOptions, type Tracer } from './tracer.ts';

/** Spans leave in batches, at the latest after this time. */
const EXPORT_INTERVAL_MS = 2_000;
/** A collector that takes longer is taken for absent; it also bounds how long the last batch holds up a stop. */
const EXPORT_TIMEOUT_MS = 2_000;

const KINDS = { asks: SpanKind.CLIENT, answers: SpanKind.SERVER, inside: SpanKind.INTERNAL };
/** In the context of what begins a trace: the share that is kept. */
const SHARE = createContextKey('share');

export interface OtelOptions {
  readonly service: string;
  readonly instanceId: string;
  /** As http://collector:4318. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of the traces that begin here, the share that is kept, unless said otherwise. */
  readonly share: number;
  readonly logger: Logger;
}

/** Sends the remaining spans when it stops. A component of the service, stopped last. */
export interface SpanExport {
  readonly name: string;
  stop(): Promise<void>;
}

export function createOtelTracer(options: OtelOptions): { tracer: Tracer; spanExport: SpanExport } {
  const exporter = new OTLPTraceExporter({
    url: `${options.endpoint.replace(/\/$/, '')}/v1/traces`,
    headers: { ...options.headers },
    timeoutMillis: EXPORT_TIMEOUT_MS,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': options.service,
      'service.namespace': 'nearby-friends',
      'service.instance.id': options.instanceId,
    }),
    sampler: new ParentBasedSampler({ root: new ShareSampler(options.share) }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: tellingOfFailure(exporter, options.logger),
        scheduledDelayMillis: EXPORT_INTERVAL_MS,
        exportTimeoutMillis: EXPORT_TIMEOUT_MS,
      }),
    ],
  });
  const spanExport: SpanExport = {
    name: 'traces',
    // A failed export has been logged and must not fail the stop.
    stop: () => provider.shutdown().catch(() => undefined),
  };
  return { tracer: new OtelTracer(provider.getTracer('nearby-friends')), spanExport };
}

class OtelTracer implements Tracer {
  readonly #tracer: ReturnType<TracerProvider['getTracer']>;
  readonly #current = new AsyncLocalStorage<Context>();

  constructor(tracer: ReturnType<TracerProvider['getTracer']>) {
    this.#tracer = tracer;
  }

  begin(name: string, { kind, attributes = {}, parent, share }: SpanOptions = {}): Span {
    let context = this.#contextOf(parent);
    if (share !== undefined) context = context.setValue(SHARE, share);
    const span = this.#tracer.startSpan(
      name,
      { kind: KINDS[kind ?? 'inside'], attributes: harmless(attributes) },
      context,
    );
    return new RunningSpan(span, trace.setSpan(context, span), this.#current);
  }

  async span<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> {
    const span = this.begin(name, options);
    try {
      const result = await span.run(() => work(span));
      span.end();
      return result;
    } catch (error) {
      span.end(error);
      throw error;
    }
  }

  step<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> {
    return this.#current.getStore() ? this.span(name, options, work) : work(NO_SPAN);
  }

  carry(): Buffer | null {
    const context = this.#current.getStore();
    const place = context && trace.getSpanContext(context);
    if (!place || (place.traceFlags & TraceFlags.SAMPLED) === 0) return null;
    return encodeTraceContext({ traceId: place.traceId, spanId: place.spanId, flags: place.traceFlags });
  }

  #contextOf(parent: SpanOptions['parent']): Context {
    if (parent === undefined) return this.#current.getStore() ?? ROOT_CONTEXT;
    if (parent === 'none') return ROOT_CONTEXT;
    const { traceId, spanId, flags } = decodeTraceContext(parent);
    return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: flags, isRemote: true });
  }
}

class RunningSpan implements Span {
  readonly #span: OtelSpan;
  readonly #context: Context;
  readonly #current: AsyncLocalStorage<Context>;

  constructor(span: OtelSpan, context: Context, current: AsyncLocalStorage<Context>) {
    this.#span = span;
    this.#context = context;
    this.#current = current;
  }

  run<T>(work: () => T): T {
    return this.#current.run(this.#context, work);
  }

  describe(attributes: SpanAttributes): void {
    this.#span.setAttributes(harmless(attributes));
  }

  rename(name: string): void {
    this.#span.updateName(name);
  }

  end(error?: unknown): void {
    if (error !== undefined) {
      // Its message may hold what it failed on.
      this.#span.setAttribute('error.type', codeOf(error));
      this.#span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.#span.end();
  }
}

class ShareSampler implements Sampler {
  readonly #share: number;

  constructor(share: number) {
    this.#share = share;
  }

  shouldSample(...args: Parameters<Sampler['shouldSample']>): ReturnType<Sampler['shouldSample']> {
    const [context, traceId] = args;
    const share = context.getValue(SHARE);
    return new TraceIdRatioBasedSampler(typeof share === 'number' ? share : this.#share).shouldSample(context, traceId);
  }

  toString(): string {
    return `ShareSampler{${this.#share}}`;
  }
}

/** The net below the closed list of attributes, the same as that of the logs. */
function harmless(attributes: SpanAttributes): Record<string, string | number> {
  return redactPrivateValues(attributes) as Record<string, string | number>;
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'unknown';
}

/** OpenTelemetry itself keeps silent when nobody takes the spans. One line per absence. */
function tellingOfFailure(exporter: SpanExporter, logger: Logger): SpanExporter {
  let isFailing = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.code !== 0;
        if (failed && !isFailing) logger.warn({ error: result.error }, 'traces cannot be sent; they are lost');
        if (!failed && isFailing) logger.info('traces are sent again');
        isFailing = failed;
        done(result);
      });
    },
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown(),
  };
}
