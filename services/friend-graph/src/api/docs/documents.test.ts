import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import * as protocol from '@nearby-friends/protocol';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { asyncApiDocument, referenceName } from './asyncapi.ts';
import { CLIENT_EVENTS, FIELD_NOTES, SERVER_EVENTS } from './socket-events.ts';

const require = createRequire(import.meta.url);
const document = asyncApiDocument('');
const { messages } = document.channels.root;

/** Every name of an event that the protocol's package exports. */
const EVENT_NAMES = Object.entries(protocol)
  .filter(([name, value]) => /^[A-Z_]+$/.test(name) && typeof value === 'string' && /^[a-z]+:[a-z]+$/.test(value))
  .map(([, value]) => value as string);

describe('the AsyncAPI document', () => {
  it('is one, by the official schema', () => {
    const schema = JSON.parse(readFileSync(require.resolve('@asyncapi/specs/schemas/3.0.0.json'), 'utf8'));
    // The schema brings that of JSON Schema along.
    const ajv = new Ajv({ strict: false, allErrors: true, logger: false, meta: false, validateSchema: false });
    (addFormats as unknown as (ajv: Ajv) => void)(ajv);
    const validate = ajv.compile(schema);
    validate(JSON.parse(JSON.stringify(document)));
    expect(validate.errors ?? []).toEqual([]);
    validate(JSON.parse(JSON.stringify(asyncApiDocument('https://example.org/nearby'))));
    expect(validate.errors ?? []).toEqual([]);
    expect(validate({ ...document, info: {} })).toBe(false);
  });

  it('names every event of the protocol, and no other', () => {
    expect(EVENT_NAMES.length).toBeGreaterThan(6);
    const events = Object.values(messages).map(({ name }) => name);
    const acks = Object.keys(CLIENT_EVENTS).map((name) => `${referenceName(name)}-ack`);
    expect(events.sort()).toEqual([...EVENT_NAMES, ...acks, 'connect', 'connect_error'].sort());
    expect(Object.keys({ ...CLIENT_EVENTS, ...SERVER_EVENTS }).sort()).toEqual([...EVENT_NAMES].sort());
  });

  it('refers only to what it has', () => {
    for (const [, reference = ''] of JSON.stringify(document).matchAll(/"\$ref":"#([^"]*)"/g)) {
      let found: unknown = document;
      for (const part of reference.split('/').slice(1)) found = (found as Record<string, unknown>)[part];
      expect({ reference, isThere: found !== undefined }).toEqual({ reference, isThere: true });
    }
  });

  it('describes every field, and no field that does not exist', () => {
    const names = new Set(
      [...JSON.stringify(messages).matchAll(/"([A-Za-z]+)":\{"description"/g)].map(([, name]) => name),
    );
    expect([...names].sort()).toEqual(Object.keys(FIELD_NOTES).sort());
    const ajv = new Ajv({ strict: true });
    const validate = ajv.compile(messages['location-update']?.payload ?? {});
    expect(validate({ lat: 1, lng: 2, newer: true })).toBe(true);
    expect(validate({ lat: 91, lng: 2 })).toBe(false);
  });

  it('[L2] allows the times that a gateway reads, and no others', () => {
    const validate = new Ajv().compile(messages['location-update']?.payload ?? {});
    for (const at of [undefined, null, 0, -1, 1.5, 1e300, 'x', '5', true, {}, []]) {
      const report = { lat: 1, lng: 2, ...(at === undefined ? {} : { at }) };
      const { success } = protocol.locationUpdateSchema.safeParse(report);
      expect({ at, isAllowed: validate(report) }).toEqual({ at, isAllowed: success });
    }
  });
});
