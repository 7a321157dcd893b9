/** The tracer that sends spans with OpenTelemetry over OTLP/HTTP. Loaded only when a collector is configured. */
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

/** Maximum time that a span waits for its batch. */
const EXPORT_INTERVAL_MS = 2_000;
/** A collector that takes longer counts as unavailable. Also bounds how long the last batch delays a stop. */
const EXPORT_TIMEOUT_MS = 2_000;

const KINDS = { client: SpanKind.CLIENT, server: SpanKind.SERVER, internal: SpanKind.INTERNAL };
/** Context key of a root span: the share of traces to keep. */
const SHARE = createContextKey('share');

interface OtelOptions {
  readonly service: string;
  readonly replicaName: string;
  /** For example http://collector:4318. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Share of the traces begun here that is kept by default, 0 to 1. */
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
      'service.instance.id': options.replicaName,
    }),
    sampler: new ParentBasedSampler({ root: new ShareSampler(options.share) }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: loggingFailures(exporter, options.logger),
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
      { kind: KINDS[kind ?? 'internal'], attributes: redacted(attributes) },
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
    const current = context && trace.getSpanContext(context);
    if (!current || (current.traceFlags & TraceFlags.SAMPLED) === 0) return null;
    return encodeTraceContext({ traceId: current.traceId, spanId: current.spanId, flags: current.traceFlags });
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
    this.#span.setAttributes(redacted(attributes));
  }

  rename(name: string): void {
    this.#span.updateName(name);
  }

  end(error?: unknown): void {
    if (error !== undefined) {
      // The message may contain private values.
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

/** A second safeguard below the closed list of attributes; the logs use the same one. */
function redacted(attributes: SpanAttributes): Record<string, string | number> {
  return redactPrivateValues(attributes) as Record<string, string | number>;
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'unknown';
}

/** Logs when exports begin to fail and when they succeed again; OpenTelemetry itself does not. */
function loggingFailures(exporter: SpanExporter, logger: Logger): SpanExporter {
  let isFailing = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.code !== 0;
        if (failed && !isFailing) logger.warn({ error: result.error }, 'trace export failed');
        if (!failed && isFailing) logger.info('trace export recovered');
        isFailing = failed;
        done(result);
      });
    },
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown(),
  };
}
