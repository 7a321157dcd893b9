/** Calls the API and compares every response with the API's own document. */
import { expect } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { FriendGraphOfTest } from '../../friend-graph.testing.ts';
import { type ApiResponse, type CallOptions, call } from '../call-api.testing.ts';
import { BACKGROUND_APPS_TAG } from './background-app-paths.ts';
import type { JsonSchema } from './json-schema.ts';
import type { OpenApiDocument } from './openapi.ts';

interface DocumentedResponse {
  readonly headers?: Record<string, { readonly schema: JsonSchema }>;
  readonly content?: Record<string, { readonly schema: JsonSchema }>;
}

export interface Conformance {
  /** Without the paths that another service serves. */
  readonly document: OpenApiDocument;
  /** `GET /me 200`, for every documented response. */
  readonly documented: ReadonlySet<string>;
  /** The part of it received so far. */
  readonly seen: Set<string>;
  /**
   * Calls `GET /viewers/{id}` with `id` in its place, expects `status`, and that the document describes the response.
   */
  expectResponse(
    operation: string,
    status: number,
    options?: CallOptions & { id?: string; query?: string },
  ): Promise<ApiResponse>;
}

export async function readDocument(service: FriendGraphOfTest): Promise<Conformance> {
  const address = service.apiUrl.replace(/\/v1$/, '/docs/openapi.json');
  const whole = (await (await fetch(address)).json()) as OpenApiDocument;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema(whole, 'document');
  const isServedHere = ([, methods]: [string, Record<string, JsonSchema>]) =>
    !Object.values(methods).some(({ tags }) => (tags as string[]).includes(BACKGROUND_APPS_TAG));
  const document = { ...whole, paths: Object.fromEntries(Object.entries(whole.paths).filter(isServedHere)) };
  const responsesOf = (operation: string) => {
    const [method = '', path = ''] = operation.split(' ');
    const described = document.paths[path]?.[method.toLowerCase()];
    if (!described) throw new Error(`the document has no ${operation}`);
    return described['responses'] as Record<string, DocumentedResponse>;
  };
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const seen = new Set<string>();

  return {
    document,
    documented: new Set(
      operations.flatMap((operation) => Object.keys(responsesOf(operation)).map((status) => `${operation} ${status}`)),
    ),
    seen,
    async expectResponse(operation, status, { id = 'unknown', query = '', ...options } = {}) {
      const [method = '', path = ''] = operation.split(' ');
      const response = await call(service, method, path.replace('{id}', id) + query, options);
      expect({ operation, status: response.status, text: response.text }).toMatchObject({ operation, status });
      const documented = responsesOf(operation)[status];
      if (!documented) throw new Error(`${operation} responds ${status}, which is not documented`);
      for (const [name, header] of Object.entries(documented.headers ?? {})) {
        const value = response.headers.get(name) ?? '';
        const isNumber = header.schema['type'] === 'integer';
        expect({ name, isRight: ajv.validate(header.schema, isNumber ? Number(value) : value) }).toEqual({
          name,
          isRight: true,
        });
      }
      const [[type, media] = ['', { schema: {} }]] = Object.entries(documented.content ?? {});
      if (type === '') expect(response.text).toBe('');
      else {
        expect(response.headers.get('content-type')?.split(';')[0]).toBe(type);
        const reference = `document#/paths/${escapePointer(path)}/${method.toLowerCase()}/responses/${status}/content/${escapePointer(type)}/schema`;
        const validate = ajv.compile({ $ref: reference });
        validate(response.body);
        expect({ operation, status, errors: validate.errors ?? [] }).toEqual({ operation, status, errors: [] });
        expect(media.schema).not.toEqual({});
      }
      seen.add(`${operation} ${status}`);
      return response;
    },
  };
}

/** A part of a JSON Pointer in a URI fragment. */
function escapePointer(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}
