/** Converts the schemas that validate input to the JSON Schemas that documents show. */
import { z } from 'zod';

export type JsonSchema = { readonly [key: string]: unknown };

/** Collects the named schemas of one document while its parts are converted. */
export class SchemaCollector {
  readonly #named = new Map<string, JsonSchema>();

  /**
   * Converts the schema to JSON Schema 2020-12, which OpenAPI 3.1 uses. A schema with an `id` in its metadata is
   * collected and referenced. `input`: form of a request, `output`: form of a response.
   */
  add(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const { $schema, $defs = {}, ...own } = z.toJSONSchema(schema, { io }) as JsonSchema & { $defs?: JsonSchema };
    for (const [name, definition] of Object.entries($defs)) this.#keep(name, toReferences(definition as JsonSchema));
    return toReferences(own);
  }

  /** The collected schemas in the order of their names. */
  get named(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#named].sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  #keep(name: string, definition: JsonSchema): void {
    const known = this.#named.get(name);
    if (known && JSON.stringify(known) !== JSON.stringify(definition)) throw new Error(`two schemas are named ${name}`);
    this.#named.set(name, definition);
  }
}

function toReferences(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as JsonSchema;
}
