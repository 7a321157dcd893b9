import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import * as protocol from './index.ts';
import { PROTOCOL_VERSION, SCHEMA_DIGESTS } from './protocol-version.ts';

/** Every exported schema, and those of every exported method and codec, by name, as JSON Schema. */
function allSchemas(): Record<string, unknown> {
  const found: Record<string, z.ZodType> = {};
  for (const [name, value] of Object.entries<unknown>(protocol)) collect(name, value, found);
  const names = Object.keys(found).sort();
  return Object.fromEntries(names.map((name) => [name, z.toJSONSchema(found[name] ?? z.never())]));
}

function collect(name: string, value: unknown, found: Record<string, z.ZodType>): void {
  if (value instanceof z.ZodType) found[name] = value;
  else if (typeof value === 'object' && value !== null) {
    for (const part of ['schema', 'request', 'response']) {
      if (part in value) collect(`${name}.${part}`, Reflect.get(value, part), found);
    }
  }
}

describe('the protocol version', () => {
  it('covers the schemas as they are: a changed schema needs a new version', () => {
    const schemas = allSchemas();
    expect(Object.keys(schemas).length).toBeGreaterThan(25);
    const digest = createHash('sha256').update(JSON.stringify(schemas)).digest('hex');
    expect(SCHEMA_DIGESTS[PROTOCOL_VERSION]).toBe(digest);
  });
});
