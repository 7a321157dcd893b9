/** The settings of traces, with OpenTelemetry's names. */
import { z } from 'zod';
import { defineSettings, fromText } from '../config/read-config.ts';

export const tracingSettings = defineSettings({
  otlpEndpoint: {
    env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    schema: z.union([z.literal(''), fromText.url('http', 'https')]),
    default: '',
    description:
      'Collector that traces are sent to (OTLP over HTTP), for example http://collector:4318. Empty: no traces.',
  },
  otlpHeaders: {
    env: 'OTEL_EXPORTER_OTLP_HEADERS',
    schema: fromText.list().pipe(z.array(z.string().regex(/^[^=]+=/, 'must be name=value, comma-separated'))),
    default: '',
    secret: true,
    description: 'HTTP headers for the collector, as name=value, comma-separated.',
  },
  traceShare: {
    env: 'OTEL_TRACES_SAMPLER_ARG',
    schema: fromText.number(0, 1),
    default: '1',
    description: 'Share of connections, sign-ons and API calls to trace, from 0 to 1.',
  },
});
