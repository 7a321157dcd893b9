/** The settings of traces, under the names that OpenTelemetry gives them. */
import { z } from 'zod';
import { defineSettings, fromText } from '../config/config.ts';

export const tracingSettings = defineSettings({
  otlpEndpoint: {
    env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    schema: z.union([z.literal(''), fromText.url('http', 'https')]),
    default: '',
    description: 'Where traces are sent (OTLP over HTTP), as http://collector:4318. Empty: there are none.',
  },
  otlpHeaders: {
    env: 'OTEL_EXPORTER_OTLP_HEADERS',
    schema: fromText.list().pipe(z.array(z.string().regex(/^[^=]+=/, 'must be name=value, comma-separated'))),
    default: '',
    secret: true,
    description: 'What the collector wants to see with them, as name=value, comma-separated.',
  },
  traceShare: {
    env: 'OTEL_TRACES_SAMPLER_ARG',
    schema: fromText.number(0, 1),
    default: '1',
    description: 'The share of connections, sign-ons and API calls that are traced, from 0 to 1.',
  },
});
