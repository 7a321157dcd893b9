/** Decides whether there are traces, and loads what they need only then. */
import type { Component } from '../lifecycle.ts';
import type { Logger } from '../logger.ts';
import { noTracer, type Tracer } from './tracer.ts';

export interface Tracing {
  readonly tracer: Tracer;
  /** To be stopped last. */
  readonly components: readonly Component[];
}

export async function startTracing(options: {
  config: { otlpEndpoint: string; otlpHeaders: readonly string[]; traceShare: number };
  service: string;
  instanceId: string;
  logger: Logger;
}): Promise<Tracing> {
  const { config, service, instanceId, logger } = options;
  if (config.otlpEndpoint === '') return { tracer: noTracer, components: [] };
  const { createOtelTracer } = await import('./otel-tracer.ts');
  const { tracer, component } = createOtelTracer({
    service,
    instanceId,
    endpoint: config.otlpEndpoint,
    headers: Object.fromEntries(config.otlpHeaders.map(splitHeader)),
    share: config.traceShare,
    logger,
  });
  return { tracer, components: [component] };
}

function splitHeader(header: string): [string, string] {
  const end = header.indexOf('=');
  return [header.slice(0, end).trim(), header.slice(end + 1).trim()];
}
