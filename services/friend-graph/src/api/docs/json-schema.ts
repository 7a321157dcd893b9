/** Turns the schemas that validate into the JSON Schemas that documents show. */
import { z } from 'zod';

export type JsonSchema = { readonly [key: string]: unknown };

/** The named schemas of one document, gathered while its parts are turned. */
export class SchemaGatherer {
  readonly #named = new Map<string, JsonSchema>();

  /**
   * The schema as JSON Schema 2020-12 (that of OpenAPI 3.1). Whatever has an `id` in its metadata is gathered and
   * referred to. `input`: what may be sent, `output`: what is answered.
   */
  add(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const { $schema, $defs = {}, ...own } = z.toJSONSchema(schema, { io }) as JsonSchema & { $defs?: JsonSchema };
    for (const [name, definition] of Object.entries($defs)) this.#keep(name, toReferences(definition as JsonSchema));
    return toReferences(own);
  }

  /** Where the one named `name` is referred to. */
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
