/** Starts tracing if the operator names a collector; loads OpenTelemetry only then. */
import type { Logger } from '../logging/logger.ts';
import type { SpanExport } from './otel-tracer.ts';
import { noTracer, type Tracer } from './tracer.ts';

interface Tracing {
  readonly tracer: Tracer;
  /** Empty without tracing. Start them first, so that they stop last. */
  readonly components: readonly SpanExport[];
}

export async function startTracing(options: {
  config: { otlpEndpoint: string; otlpHeaders: readonly string[]; traceShare: number };
  service: string;
  replicaName: string;
  logger: Logger;
}): Promise<Tracing> {
  const { config, service, replicaName, logger } = options;
  if (config.otlpEndpoint === '') return { tracer: noTracer, components: [] };
  const { createOtelTracer } = await import('./otel-tracer.ts');
  const { tracer, spanExport } = createOtelTracer({
    service,
    replicaName,
    endpoint: config.otlpEndpoint,
    headers: Object.fromEntries(config.otlpHeaders.map(splitHeader)),
    share: config.traceShare,
    logger,
  });
  return { tracer, components: [spanExport] };
}

function splitHeader(header: string): [string, string] {
  const end = header.indexOf('=');
  return [header.slice(0, end).trim(), header.slice(end + 1).trim()];
}
