import { describe, expect, it } from '@jest/globals';
import {
  decodePositionBody,
  decodePositionRecord,
  encodePositionBody,
  isPositionBody,
  MAX_STAYS_VISIBLE_SECONDS,
  MalformedMessageError,
  RECORD_FORMAT_VERSION,
  RECORD_HEADER_BYTES,
  readDevice,
  readLifetimeMs,
} from './index.ts';

const full = { lat: 1, lng: 2, accuracy: 3, heading: 4, speed: 5, battery: 0.5 };
const positions = [full, { lat: 1, lng: 2 }, { lat: 1, lng: 2, speed: 3 }];
const mark = { device: 'phone--1', gateway: 'an-instance', claims: false };

function entryOf(body: Buffer): Buffer {
  const header = Buffer.alloc(RECORD_HEADER_BYTES);
  header[0] = RECORD_FORMAT_VERSION;
  return Buffer.concat([header, body]);
}

describe('[L2] the lifetime of a position', () => {
  it.each(positions)('survives a round trip with %j, with and without a mark', (position) => {
    for (const body of [encodePositionBody(position, mark, 900), encodePositionBody(position, undefined, 900)]) {
      expect(isPositionBody(body)).toBe(true);
      expect(readLifetimeMs(body)).toBe(900_000);
      expect(decodePositionRecord(entryOf(body))).toEqual({ at: 0, position, lifetimeMs: 900_000 });
    }
    expect(readDevice(entryOf(encodePositionBody(position, mark, 900)))).toBe(mark.device);
  });

  it('is absent where the deployment’s TTL applies, at no cost in bytes', () => {
    for (const position of positions) {
      const record = decodePositionRecord(entryOf(encodePositionBody(position, mark)));
      expect(record).not.toHaveProperty('lifetimeMs');
      const bytes = encodePositionBody(position, mark).length;
      expect(encodePositionBody(position, mark, 900)).toHaveLength(bytes + 2);
    }
  });

  it('is at most an hour, whatever an entry says', () => {
    for (const [seconds, counts] of [
      [600, 600],
      [3_600, 3_600],
      [3_601, MAX_STAYS_VISIBLE_SECONDS],
      [65_535, MAX_STAYS_VISIBLE_SECONDS],
    ] as const) {
      expect(readLifetimeMs(encodePositionBody(full, mark, seconds))).toBe(counts * 1000);
    }
  });

  it('is ignored by builds that do not know it, which read flags, fields and the mark from the end', () => {
    expect(decodePositionBody(encodePositionBody(full, mark, 900))).toEqual(full);
  });

  it('cut anywhere is malformed and never misread', () => {
    const body = encodePositionBody(full, undefined, 900);
    for (let length = 1; length < body.length; length++) {
      expect(isPositionBody(body.subarray(0, length))).toBe(false);
      expect(() => readLifetimeMs(body.subarray(0, length))).toThrow(MalformedMessageError);
      expect(() => decodePositionRecord(entryOf(body.subarray(0, length)))).toThrow(MalformedMessageError);
    }
  });
});
