import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  encodePositionBody,
  findDevices,
  MalformedMessageError,
  parseUserId,
  RECORD_FORMAT_VERSION,
  RECORD_HEADER_BYTES,
  readDevice,
} from './index.ts';

const ID = 'aB3_-aB3_-aB3_-x';
const HASH = createHash('sha256').update('secret').digest('hex');
const full = { lat: 1, lng: 2, accuracy: 3, heading: 4, speed: 5, battery: 0.5 };
const positions = [full, { lat: 1, lng: 2 }, { lat: 1, lng: 2, speed: 3 }];

function entryOf(body: Buffer): Buffer {
  const header = Buffer.alloc(RECORD_HEADER_BYTES);
  header[0] = RECORD_FORMAT_VERSION;
  return Buffer.concat([header, body]);
}

describe('[L8] the device of a mark', () => {
  const mark = { device: '\u0000\u00ffdevice', gateway: 'an-instance', claims: false };

  it.each(positions)('is read from the entry of %j', (position) => {
    expect(readDevice(entryOf(encodePositionBody(position, mark)))).toBe(mark.device);
    expect(readDevice(entryOf(encodePositionBody(position, { ...mark, gateway: '' })))).toBe(mark.device);
  });

  it('is absent from an entry without it, cut short, or of another format', () => {
    for (const position of positions) expect(readDevice(entryOf(encodePositionBody(position)))).toBeNull();
    const body = encodePositionBody(full, { ...mark, gateway: '' });
    const whole = entryOf(body);
    for (let length = 0; length < whole.length; length++) expect(readDevice(whole.subarray(0, length))).toBeNull();
    whole[0] = RECORD_FORMAT_VERSION + 1;
    expect(readDevice(whole)).toBeNull();
  });
});

describe('[L8] finding a device by its secret', () => {
  const { request, response } = findDevices;
  const roundTrip = <T>(codec: { encode(message: T): Buffer; decode(bytes: Buffer): T }, message: T) =>
    codec.decode(codec.encode(message));

  it('carries what is known of it there and back', () => {
    const asked = { user: null, secretHash: HASH };
    const named = { user: parseUserId('ann'), secretHash: HASH, kind: 'owntracks' as const };
    expect(roundTrip(request, { devices: [asked, named] })).toEqual({ devices: [asked, named] });
    const device = { user: parseUserId('ann'), id: ID, staysVisibleSeconds: 3600 };
    expect(roundTrip(response, { devices: [device, null] })).toEqual({ devices: [device, null] });
  });

  it('takes nothing but the hash of a secret, and repeats none in an error', () => {
    for (const secretHash of ['tell-no-one', HASH.toUpperCase(), `${HASH}0`]) {
      const bytes = Buffer.from(JSON.stringify({ devices: [{ user: null, secretHash }] }));
      expect(() => request.decode(bytes)).toThrow(MalformedMessageError);
      expect(() => request.decode(bytes)).not.toThrow(new RegExp(secretHash));
    }
  });
});
