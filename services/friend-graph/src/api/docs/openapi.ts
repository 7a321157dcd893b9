/** Creates the OpenAPI 3.1 document of the HTTP API from the descriptions of its routes. */
import path from 'node:path';
import {
  CLIENT_PROTOCOL_VERSION,
  ERROR_CODES,
  type ErrorCodeName,
  PROBLEM_TYPE,
  problemSchema,
} from '@nearby-friends/protocol';
import { API_PREFIX } from '../api-prefix.ts';
import { idSchema } from '../response-schemas.ts';
import { failuresOf, type Route } from '../route.ts';
import { BACKGROUND_APPS_TAG, backgroundAppPaths, DEVICE_SECURITY_SCHEMES } from './background-app-paths.ts';
import { DOCS_PATH } from './docs-pages.ts';
import { type JsonSchema, SchemaCollector } from './json-schema.ts';

const SECURITY_SCHEME = 'token';

const DESCRIPTION = `Who may see whom, and everything a person can do about it. Positions themselves go over
[Socket.IO](events).

User ids are opaque; times are milliseconds since the epoch, set by the server. Every change is idempotent, except registering a device and creating an invite:
after a 503, repeating the call completes it. A call that revokes a viewer's access responds when the revocation is in force
everywhere. The responses for ids unrelated to the caller and for unknown ids are the same. Every GET also works as HEAD.
Fields that a body does not have here are refused; unknown query parameters are ignored.`;

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: JsonSchema;
  readonly servers: readonly JsonSchema[];
  readonly tags: readonly JsonSchema[];
  readonly paths: Record<string, Record<string, JsonSchema>>;
  readonly components: { readonly schemas: Record<string, JsonSchema>; readonly [kind: string]: unknown };
}

/** `publicUrl` is the address of the deployment in browsers; empty if it is not known. */
export function openApiDocument(routes: readonly Route[], publicUrl: string): OpenApiDocument {
  const schemas = new SchemaCollector();
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const route of routes) {
    const operations = paths[route.path] ?? {};
    operations[route.method.toLowerCase()] = operationOf(route, schemas);
    paths[route.path] = operations;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'nearby-friends',
      version: `${CLIENT_PROTOCOL_VERSION}.0.0`,
      summary: 'See live which of your friends are near.',
      description: DESCRIPTION,
    },
    servers: [
      { url: path.posix.relative(DOCS_PATH, API_PREFIX), description: 'Where this document is.' },
      ...(publicUrl === '' ? [] : [{ url: `${publicUrl}${API_PREFIX}`, description: 'The public address.' }]),
    ],
    tags: [...new Set([...routes.map(({ tag }) => tag), BACKGROUND_APPS_TAG])].map((name) => ({ name })),
    paths: { ...paths, ...backgroundAppPaths(schemas) },
    components: {
      schemas: schemas.named,
      securitySchemes: {
        [SECURITY_SCHEME]: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        ...DEVICE_SECURITY_SCHEMES,
      },
    },
  };
}

function operationOf(route: Route, schemas: SchemaCollector): JsonSchema {
  const { operationId, tag, summary, description, body, isBodyOptional = false, access } = route;
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: access === 'public' ? [] : [{ [SECURITY_SCHEME]: [] }],
    parameters: parametersOf(route, schemas),
    ...(body && {
      requestBody: { required: !isBodyOptional, content: contentOf('application/json', schemas.add(body, 'input')) },
    }),
    responses: { ...successOf(route, schemas), ...failureResponsesOf(route, schemas) },
  };
}

function parametersOf({ pathId, query }: Route, schemas: SchemaCollector): JsonSchema[] {
  const ofPath = pathId
    ? [
        {
          name: 'id',
          in: 'path',
          required: true,
          description: pathId.description,
          schema: schemas.add(pathId.schema ?? idSchema, 'input'),
        },
      ]
    : [];
  if (!query) return ofPath;
  const { properties = {}, required = [] } = schemas.add(query, 'input') as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  const ofQuery = Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }));
  return [...ofPath, ...ofQuery];
}

function successOf({ response }: Route, schemas: SchemaCollector): Record<string, JsonSchema> {
  const { status, description, schema } = response;
  const content = schema && { content: contentOf('application/json', schemas.add(schema, 'output')) };
  return { [status]: { description, ...content } };
}

/** One response per status, with the error codes of that status. */
function failureResponsesOf(route: Route, schemas: SchemaCollector): Record<string, JsonSchema> {
  const byStatus = new Map<number, ErrorCodeName[]>();
  for (const code of failuresOf(route)) {
    const { status } = ERROR_CODES[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const problem = schemas.add(problemSchema, 'output');
  const responses = [...byStatus].sort(([one], [other]) => one - other);
  return Object.fromEntries(
    responses.map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\`: ${ERROR_CODES[code].title}.`).join(' '),
        ...headersOf(status),
        content: contentOf(PROBLEM_TYPE, { allOf: [problem, { properties: { code: { enum: codes } } }] }),
      },
    ]),
  );
}

function headersOf(status: number): JsonSchema {
  if (status === 503 || status === 429) {
    const description = 'When to retry, s.';
    return { headers: { 'Retry-After': { description, required: true, schema: { type: 'integer', minimum: 1 } } } };
  }
  if (status === 401) {
    return { headers: { 'WWW-Authenticate': { required: true, schema: { type: 'string', pattern: '^Bearer' } } } };
  }
  return {};
}

function contentOf(type: string, schema: JsonSchema): JsonSchema {
  return { [type]: { schema } };
}
