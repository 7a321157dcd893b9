import { describe, expect, it } from '@jest/globals';
import type { Reading } from './fix.ts';
import { readGeneric } from './generic.ts';
import { readOverland } from './overland.ts';
import { readOwnTracks } from './owntracks.ts';
import { readTraccar } from './traccar.ts';

const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const AT_S = 1_764_547_200;
const AT_MS = AT_S * 1000;
const ISO = '2025-12-01T00:00:00Z';
const fix = (position: object, takenAt: number | null = AT_MS): Reading => ({
  fix: { position: position as { lat: number; lng: number }, takenAt },
});

describe('OwnTracks', () => {
  const LOCATION = { _type: 'location', lat: 37.7955, lon: -122.3937, tst: AT_S };
  const read = (value: unknown) => readOwnTracks(bytes(value));
  const fix = (
    position: { lat: number; lng: number; [field: string]: number },
    takenAt = AT_MS,
    isRequested = false,
  ) => ({
    fix: { position, takenAt, measuredAt: AT_MS, isRequested },
  });

  it('is read as Android sends it, speed in m/s and charge as a share', () => {
    const message =
      '{"_type":"location","_id":"3e0c5d2f","acc":12,"alt":14,"batt":83,"bs":1,"conn":"w","cog":271,"created_at":1764547201,' +
      '"lat":37.7955,"lon":-122.3937,"m":1,"qos":1,"retained":true,"source":"fused","SSID":"home","BSSID":"aa:bb",' +
      '"t":"u","tid":"al","topic":"owntracks/alice/phone","tst":1764547200,"vac":3,"vel":54,"inregions":["Home"]}';
    expect(read(message)).toEqual(
      fix({ lat: 37.7955, lng: -122.3937, accuracy: 12, heading: 271, speed: 15, battery: 0.83 }),
    );
  });

  it('keeps the position where a field says nothing', () => {
    expect(read({ ...LOCATION, acc: -1, vel: -1, cog: -1, batt: null, image: 'aGk=' })).toEqual(
      fix({ lat: 37.7955, lng: -122.3937 }),
    );
  });

  it('counts a ping as of its creation, and any other message as of its fix', () => {
    const later = { ...LOCATION, created_at: AT_S + 900 };
    const position = { lat: 37.7955, lng: -122.3937 };
    expect(read({ ...later, t: 'p' })).toEqual(fix(position, AT_MS + 900_000));
    expect(read({ ...later, t: 'u' })).toEqual(fix(position));
    expect(read({ ...later, t: 'r' })).toEqual(fix(position, AT_MS, true));
    expect(read({ ...LOCATION, t: 'p' })).toEqual(fix(position));
  });

  it.each([
    ['{', 'malformed'],
    ['', 'malformed'],
    ['null', 'malformed'],
    ['[]', 'malformed'],
    [{ lat: 1, lon: 2 }, 'malformed'],
    [{ _type: 'encrypted', data: 'x' }, 'other_message'],
    [{ _type: 'lwt', tst: AT_S }, 'other_message'],
    [{ _type: 'transition', lat: 1, lon: 2, tst: AT_S }, 'other_message'],
    [{ ...LOCATION, lat: 90.1 }, 'invalid_position'],
    [{ ...LOCATION, lon: null }, 'invalid_position'],
    [{ ...LOCATION, lat: '37.7' }, 'invalid_position'],
    [{ ...LOCATION, tst: undefined }, 'invalid_time'],
    [{ ...LOCATION, tst: '1764547200' }, 'invalid_time'],
  ])('%j has no fix: %s', (value, skipped) => {
    expect(read(value)).toEqual({ skipped });
  });

  it('that is no UTF-8 has no fix', () => {
    expect(readOwnTracks(Buffer.from([0x7b, 0xff, 0x7d]))).toEqual({ skipped: 'malformed' });
  });
});

describe('Overland', () => {
  const feature = (lng: number, properties: object = {}) => ({
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [lng, 45.5] },
    properties: { timestamp: ISO, ...properties },
  });
  const read = (...locations: unknown[]) => readOverland(bytes({ locations, current: {} }));

  it('has the longitude first', () => {
    expect(
      read(feature(-122.6, { horizontal_accuracy: 8, speed: 4, course: 90, battery_level: 0.5, motion: ['driving'] })),
    ).toEqual(fix({ lat: 45.5, lng: -122.6, accuracy: 8, speed: 4, heading: 90, battery: 0.5 }));
  });

  it('counts as its newest valid fix', () => {
    const newer = '2025-12-01T01:00:05+01:00';
    expect(
      read(feature(1), feature(2, { timestamp: newer }), feature(200, { timestamp: '2025-12-01T00:01:00Z' }), {}, null),
    ).toEqual(fix({ lat: 45.5, lng: 2 }, AT_MS + 5_000));
  });

  it('has no fix without a zone, and none of more than 1,000', () => {
    expect(read(feature(1, { timestamp: '2025-12-01T00:00:00' }))).toEqual({ skipped: 'invalid_time' });
    expect(read(...Array.from({ length: 1_001 }, () => feature(1)))).toEqual({ skipped: 'too_many' });
    expect(read()).toEqual({ skipped: 'other_message' });
    expect(readOverland(bytes({}))).toEqual({ skipped: 'malformed' });
  });
});

describe('Traccar Client', () => {
  const location = (latitude: number, timestamp = ISO) => ({
    timestamp,
    coords: { latitude, longitude: 7, accuracy: 5, speed: -1, heading: -1, altitude: 3 },
    battery: { level: 0.25, is_charging: false },
    is_moving: true,
  });
  const position = { lat: 50, lng: 7, accuracy: 5, battery: 0.25 };

  it('says by which device, and where', () => {
    expect(readTraccar(bytes({ location: location(50), device_id: 's3cret' }))).toEqual({
      secret: 's3cret',
      reading: fix(position),
    });
  });

  it('may report several at once, of one device', () => {
    const later = '2025-12-01T00:00:09.000Z';
    const several = [
      { location: [location(51), location(50, later)], device_id: 'a' },
      { location: location(52), device_id: 'a' },
    ];
    expect(readTraccar(bytes(several))).toEqual({ secret: 'a', reading: fix(position, AT_MS + 9_000) });
    expect(readTraccar(bytes([{ location: location(50), device_id: 'a' }, { device_id: 'b' }]))).toBeNull();
  });

  it('without a device is nothing', () => {
    for (const value of ['{', {}, [], { device_id: '' }, { device_id: 7, location: location(50) }]) {
      expect(readTraccar(bytes(value))).toBeNull();
    }
    expect(readTraccar(bytes({ device_id: 'a' }))).toMatchObject({ reading: { skipped: 'invalid_position' } });
  });
});

describe('the generic format', () => {
  it('is that of location:update', () => {
    const position = { lat: 1, lng: 2, accuracy: 3 };
    expect(readGeneric(bytes({ ...position, at: AT_MS, speed: -1, extra: true }))).toEqual({
      position,
      takenAt: AT_MS,
    });
    expect(readGeneric(bytes({ ...position, at: null }))).toEqual({ position, takenAt: null });
  });

  it('names the fields that are wrong, and no value', () => {
    const error = (value: unknown) => {
      try {
        readGeneric(bytes(value));
      } catch (caught) {
        return caught;
      }
      throw new Error('accepted');
    };
    for (const value of ['{', '', [], { lat: 91.234567, lng: 2 }, { lat: 1 }, { lat: 1, lng: 2, at: 'now' }]) {
      expect(error(value)).toMatchObject({ code: 'invalid_payload' });
    }
    expect(String(error({ lat: 91.234567, lng: 2 }))).toMatch(/lat: /);
    expect(String(error({ lat: 91.234567, lng: 2 }))).not.toContain('91.2');
  });
});
