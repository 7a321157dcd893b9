/** The paths of background apps, which ingest serves beside this API, for the one document that clients read. */
import { locationUpdateSchema, PROBLEM_TYPE, problemSchema } from '@nearby-friends/protocol';
import { z } from 'zod';
import type { JsonSchema, SchemaCollector } from './json-schema.ts';

export const BACKGROUND_APPS_TAG = 'Background apps';

/** The secret of a registered device, in place of a token. */
export const DEVICE_SECURITY_SCHEMES = {
  deviceSecret: { type: 'http', scheme: 'bearer', description: 'The secret of a registered device.' },
  deviceLogin: { type: 'http', scheme: 'basic', description: 'The user id, and the secret of a registered device.' },
} as const;

interface BackgroundAppPath {
  readonly operationId: string;
  readonly summary: string;
  readonly security: readonly JsonSchema[];
  readonly body: z.ZodType;
  readonly success: z.ZodType;
  /** Without those of all: 503. */
  readonly failures: readonly (400 | 401 | 413 | 429)[];
}

const owntracksAnswer = z.array(
  z.discriminatedUnion('_type', [
    z.object({
      _type: z.literal('location'),
      tid: z.string().describe('The friend’s id.'),
      lat: z.number(),
      lon: z.number(),
      tst: z.int().describe('s since the epoch.'),
      acc: z.int().optional().describe('m'),
      vel: z.int().optional().describe('km/h'),
      batt: z.int().optional().describe('%'),
    }),
    z.object({ _type: z.literal('card'), tid: z.string(), name: z.string() }),
    z.object({ _type: z.literal('cmd'), action: z.literal('reportLocation') }),
  ]),
);

const PATHS: Readonly<Record<string, BackgroundAppPath>> = {
  '/owntracks': {
    operationId: 'reportByOwnTracks',
    summary:
      'A message of OwnTracks in HTTP mode. Anything but a location, and what cannot be read, gets an empty list.',
    security: [{ deviceLogin: [] }],
    body: z.looseObject({ _type: z.string() }),
    success: owntracksAnswer,
    failures: [401],
  },
  '/positions': {
    operationId: 'reportPosition',
    summary: 'The position of shortcuts and scripts.',
    security: [{ deviceSecret: [] }, { token: [] }],
    body: locationUpdateSchema,
    success: z.object({
      ok: z.literal(true),
      at: z.number().describe('Of the position that counts, ms since the epoch.'),
    }),
    failures: [400, 401, 413, 429],
  },
  '/ingest/overland': {
    operationId: 'reportByOverland',
    summary: 'A batch of Overland: GeoJSON features, of which the newest valid one counts.',
    security: [{ deviceSecret: [] }],
    body: z.looseObject({ locations: z.array(z.looseObject({})) }),
    success: z.object({ result: z.literal('ok') }),
    failures: [401],
  },
  '/ingest/traccar': {
    operationId: 'reportByTraccar',
    summary: 'One or more positions of Traccar Client 9 or later; `device_id` is the secret.',
    security: [],
    body: z.looseObject({ device_id: z.string(), location: z.looseObject({}) }),
    success: z.object({}),
    failures: [401],
  },
};

/** The apps send the same again after any other status, see docs/background-apps.md. */
export function backgroundAppPaths(schemas: SchemaCollector): Record<string, Record<string, JsonSchema>> {
  const problem = schemas.add(problemSchema, 'output');
  const failure = { description: 'A problem (RFC 9457).', content: { [PROBLEM_TYPE]: { schema: problem } } };
  return Object.fromEntries(
    Object.entries(PATHS).map(([path, { operationId, summary, security, body, success, failures }]) => [
      path,
      {
        post: {
          operationId,
          tags: [BACKGROUND_APPS_TAG],
          summary,
          security,
          parameters: [],
          requestBody: { required: true, content: { 'application/json': { schema: schemas.add(body, 'input') } } },
          responses: {
            200: {
              description: 'Accepted.',
              content: { 'application/json': { schema: schemas.add(success, 'output') } },
            },
            ...Object.fromEntries([...failures, 503].map((status) => [status, failure])),
          },
        },
      },
    ]),
  );
}
