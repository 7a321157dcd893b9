import { describe, expect, it } from '@jest/globals';
import {
  decodePositionBody,
  decodePositionRecord,
  encodePositionBody,
  inboxMessageCodec,
  isPositionBody,
  locationUpdateSchema,
  MalformedMessageError,
  parseUserId,
  positionSchema,
  RECORD_FORMAT_VERSION,
  RECORD_HEADER_BYTES,
  readActive,
  recordPositions,
} from './index.ts';

const ann = parseUserId('ann');
const full = { lat: -89.999_999_9, lng: 179.123_456_789, accuracy: 12.3, heading: 359.9, speed: 0.1, battery: 0.55 };

/** Builds an entry as the location service's script does. */
function recordBytes(at: number, body: Buffer): Buffer {
  const header = Buffer.alloc(RECORD_HEADER_BYTES);
  header[0] = RECORD_FORMAT_VERSION;
  header.writeDoubleBE(at, 10);
  return Buffer.concat([header, body]);
}

describe('[L1] what counts as a position', () => {
  it.each([{ lat: 90, lng: 180 }, { lat: -90, lng: -180 }, full])('accepts %j', (position) => {
    expect(positionSchema.parse(position)).toEqual(position);
  });

  it.each([
    { lat: 90.000_001, lng: 0 },
    { lat: 0, lng: -180.000_001 },
    { lat: Number.NaN, lng: 0 },
    { lat: 0, lng: Number.POSITIVE_INFINITY },
    { lat: '1', lng: 0 },
    { lat: 1 },
    { lat: 1, lng: null },
    { lat: 1, lng: 1, accuracy: -1 },
    { lat: 1, lng: 1, heading: 361 },
    [1, 1],
    null,
    'here',
  ])('refuses %j', (position) => {
    expect(positionSchema.safeParse(position).success).toBe(false);
  });
});

describe('[L1] a position update', () => {
  const nothing = [null, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e12, '5', {}, undefined];

  it.each(['accuracy', 'heading', 'speed', 'battery'])('counts without a %s that says nothing', (field) => {
    for (const value of nothing) {
      const report = { lat: 1, lng: 2, [field]: value };
      expect(locationUpdateSchema.parse(report)).toEqual({ lat: 1, lng: 2 });
      // One such field does not take the others with it.
      expect(locationUpdateSchema.parse({ ...full, ...report })).toEqual({
        ...full,
        lat: 1,
        lng: 2,
        [field]: undefined,
      });
    }
  });

  it('keeps every field that says something, also 0', () => {
    for (const report of [full, { lat: 0, lng: 0, accuracy: 0, heading: 0, speed: 0, battery: 0 }]) {
      expect(locationUpdateSchema.parse(report)).toEqual(report);
    }
  });

  it.each(['lat', 'lng'])('is refused with a %s that says nothing', (field) => {
    for (const value of nothing.filter((value) => value !== -1)) {
      expect(locationUpdateSchema.safeParse({ lat: 1, lng: 2, [field]: value }).success).toBe(false);
    }
  });
});

describe('[L2] the time of a position update', () => {
  it.each([undefined, null])('counts as now if it is %p', (at) => {
    expect(locationUpdateSchema.parse({ lat: 1, lng: 2, at }).at ?? 'now').toBe('now');
  });

  it.each([0, -1, 1.5, 1e300])('is kept as it is (%p), since the server decides what is too old', (at) => {
    expect(locationUpdateSchema.parse({ lat: 1, lng: 2, at })).toEqual({ lat: 1, lng: 2, at });
  });

  it.each(['x', '1700000000000', '2026-11-30T12:00:00Z', '', true, {}, [], Number.NaN, Number.POSITIVE_INFINITY])(
    'is never left out when it is wrong (%p), since an old position would count as new',
    (at) => {
      const { error } = locationUpdateSchema.safeParse({ lat: 1, lng: 2, at });
      expect(error?.issues).toMatchObject([
        {
          path: ['at'],
          message: 'must be a number of milliseconds since the epoch, or absent for a position taken now',
        },
      ]);
    },
  );
});

describe('position bytes', () => {
  it.each([{ lat: 1, lng: 2 }, full, { lat: 0, lng: -0.000_1, speed: 0 }])('survive a round trip: %j', (position) => {
    expect(decodePositionBody(encodePositionBody(position))).toEqual(position);
  });

  it('of a whole record carry their time', () => {
    expect(decodePositionRecord(recordBytes(1_700_000_000_123, encodePositionBody(full)))).toEqual({
      at: 1_700_000_000_123,
      position: full,
    });
  });

  it('are known to be whole before they are read', () => {
    for (const position of [full, { lat: 1, lng: 2 }, { lat: 1, lng: 2, heading: 3 }]) {
      const body = encodePositionBody(position);
      expect(isPositionBody(body)).toBe(true);
      for (let length = 0; length < body.length; length++) expect(isPositionBody(body.subarray(0, length))).toBe(false);
    }
    // A later version may know more fields; what this one knows is whole.
    const later = Buffer.concat([encodePositionBody(full), Buffer.alloc(8)]);
    later.writeUInt8(later.readUInt8(0) | 0x80, 0);
    expect(isPositionBody(later)).toBe(true);
    expect(decodePositionBody(later)).toEqual(full);
  });

  it('cut anywhere, or of another format, are malformed and never misread', () => {
    const bytes = recordBytes(1, encodePositionBody(full));
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodePositionRecord(bytes.subarray(0, length))).toThrow(MalformedMessageError);
    }
    bytes[0] = RECORD_FORMAT_VERSION + 1;
    expect(() => decodePositionRecord(bytes)).toThrow(/format/);
  });
});

describe('bus messages', () => {
  const batch = [
    { user: ann, at: 1_700_000_000_000.5, body: encodePositionBody(full) },
    { user: parseUserId('b'.repeat(64)), at: 2, body: encodePositionBody({ lat: 1, lng: 2 }) },
  ];

  it('carry a batch of positions there and its outcomes back', () => {
    expect(recordPositions.request.decode(recordPositions.request.encode(batch))).toEqual(batch);
    const results = [
      { outcome: 'stored', at: 5 },
      { outcome: 'superseded', at: 0 },
      { outcome: 'failed', at: 0 },
    ] as const;
    expect(recordPositions.response.decode(recordPositions.response.encode(results))).toEqual(results);
  });

  it('carry active entries', () => {
    const entries = [{ user: ann, entry: recordBytes(3, encodePositionBody(full)) }];
    expect(readActive.response.decode(readActive.response.encode(entries))).toEqual(entries);
  });

  it('cut short are malformed', () => {
    const bytes = recordPositions.request.encode(batch);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => recordPositions.request.decode(bytes.subarray(0, length))).toThrow(MalformedMessageError);
    }
    const entries = readActive.response.encode([{ user: ann, entry: Buffer.alloc(30) }]);
    for (let length = 1; length < entries.length; length++) {
      expect(() => readActive.response.decode(entries.subarray(0, length))).toThrow(MalformedMessageError);
    }
  });

  it('never repeat their values in an error, since these may be positions', () => {
    const bytes = Buffer.from(
      JSON.stringify({ kind: 'friend-active', subject: 'a', at: 1, position: { lat: '12.345' } }),
    );
    expect(() => inboxMessageCodec.decode(bytes)).toThrow(/position\.lat/);
    expect(() => inboxMessageCodec.decode(bytes)).not.toThrow(/12\.345/);
  });
});
