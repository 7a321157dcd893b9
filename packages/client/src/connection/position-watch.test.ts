import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@nearby-friends/service-kit';
import type { GeolocationFailure, GeolocationFix, GeolocationSource, PageVisibility } from '../device.ts';
import type { WatchOptions } from '../nearby-connection.ts';
import type { NearbyError } from '../nearby-error.ts';
import type { Position } from '../wire-messages.ts';
import { watchPosition } from './position-watch.ts';

const METERS_PER_DEGREE = (Math.PI / 180) * 6_371_008.8;

/** A simulated phone controlled by the test. */
function createPhone(options: WatchOptions = {}) {
  const clock = new ManualClock();
  const reports: { at: number; position: Position }[] = [];
  const errors: NearbyError[] = [];
  let watch: { fix(fix: GeolocationFix): void; fail(failure: GeolocationFailure): void } | undefined;
  let hidden = false;
  const listeners = new Set<() => void>();
  const geolocation: GeolocationSource = {
    watchPosition(fix, fail) {
      watch = { fix, fail };
      return 7;
    },
    clearWatch(id) {
      if (id === 7) watch = undefined;
    },
  };
  const visibility: PageVisibility = {
    isHidden: () => hidden,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const startedAt = clock.now();
  const running = watchPosition(
    { onError: (error) => errors.push(error), ...options },
    {
      geolocation,
      visibility,
      clock,
      report: async (position) => reports.push({ at: (clock.now() - startedAt) / 1_000, position }),
    },
  );
  return {
    clock,
    reports,
    errors,
    running,
    listeners,
    get isWatching() {
      return watch !== undefined;
    },
    /** Emits a position that far north of the origin. */
    fix(metersNorth: number, coords: Partial<GeolocationFix['coords']> = {}) {
      const place = { latitude: metersNorth / METERS_PER_DEGREE, longitude: 0 };
      watch?.fix({ coords: { ...place, accuracy: 5, heading: null, speed: null, ...coords } });
    },
    fail: (code: number) => watch?.fail({ code, message: 'no' }),
    hide(isHidden: boolean) {
      hidden = isHidden;
      for (const listener of [...listeners]) listener();
    },
    get times() {
      return reports.map(({ at }) => at);
    },
  };
}

describe('watchPosition', () => {
  it('reports the first position at once, then every 30 s while the device is stationary', () => {
    const phone = createPhone();
    phone.fix(0);
    phone.clock.advance(95_000);
    expect(phone.times).toEqual([0, 30, 60, 90]);
  });

  it('reports a movement of 50 m at once, and no smaller one', () => {
    const phone = createPhone();
    phone.fix(0);
    phone.clock.advance(1_000);
    phone.fix(49);
    expect(phone.times).toEqual([0]);
    phone.clock.advance(1_000);
    phone.fix(51);
    expect(phone.times).toEqual([0, 2]);
    phone.clock.advance(29_000);
    phone.fix(60);
    expect(phone.times).toEqual([0, 2]);
    phone.clock.advance(1_000);
    expect(phone.reports.map(({ position }) => Math.round(position.lat * METERS_PER_DEGREE))).toEqual([0, 51, 60]);
  });

  it('ignores movements shorter than the position’s uncertainty', () => {
    const phone = createPhone();
    phone.fix(0);
    phone.fix(150, { accuracy: 200 });
    expect(phone.times).toEqual([0]);
    phone.fix(201, { accuracy: 200 });
    expect(phone.times).toEqual([0, 0]);
  });

  it('reports less while the page is hidden, and at once when it is visible again and a report is due', () => {
    const phone = createPhone();
    phone.fix(0);
    phone.hide(true);
    phone.fix(150);
    phone.clock.advance(119_000);
    expect(phone.times).toEqual([0]);
    phone.clock.advance(1_000);
    expect(phone.times).toEqual([0, 120]);
    phone.fix(400);
    expect(phone.times).toEqual([0, 120, 120]);
    phone.clock.advance(40_000);
    phone.hide(false);
    expect(phone.times).toEqual([0, 120, 120, 160]);
    phone.clock.advance(30_000);
    expect(phone.times.at(-1)).toBe(190);
  });

  it('uses the given limits', () => {
    const phone = createPhone({ intervalMs: 5_000, distanceMeters: 10 });
    phone.fix(0);
    phone.fix(11);
    phone.clock.advance(5_000);
    expect(phone.times).toEqual([0, 0, 5]);
  });

  it('omits the fields that the device does not know', () => {
    const seen: Position[] = [];
    const phone = createPhone({ onPosition: (position) => seen.push(position) });
    phone.fix(0, { accuracy: 12, heading: Number.NaN, speed: null });
    phone.fix(0, { accuracy: 12, heading: -1, speed: -1 });
    phone.fix(0, { accuracy: 12, heading: 90, speed: 1.5 });
    expect(phone.reports[0]?.position).toEqual({ lat: 0, lng: 0, accuracy: 12 });
    expect(seen).toEqual([
      { lat: 0, lng: 0, accuracy: 12 },
      { lat: 0, lng: 0, accuracy: 12 },
      { lat: 0, lng: 0, accuracy: 12, heading: 90, speed: 1.5 },
    ]);
  });

  it('does not repeat a position after the device has lost it', () => {
    const phone = createPhone();
    phone.fix(0);
    phone.fail(2);
    phone.clock.advance(100_000);
    phone.hide(true);
    phone.hide(false);
    expect(phone.times).toEqual([0]);
    phone.fix(1);
    phone.fail(1);
    expect(phone.times).toEqual([0, 100]);
    expect(phone.errors.map(({ code, retryable }) => [code, retryable])).toEqual([
      ['geolocation_failed', true],
      ['geolocation_denied', false],
    ]);
  });

  it('stops watching', () => {
    const phone = createPhone();
    phone.fix(0);
    phone.running.stop();
    phone.clock.advance(100_000);
    expect(phone.times).toEqual([0]);
    expect([phone.isWatching, phone.listeners.size, phone.clock.pending]).toEqual([false, 0, 0]);
  });

  it('reports no_geolocation when the device has none', () => {
    const errors: NearbyError[] = [];
    const dependencies = {
      geolocation: undefined,
      visibility: { isHidden: () => false, onChange: () => () => undefined },
      clock: new ManualClock(),
      report: async () => undefined,
    };
    watchPosition({ onError: (error) => errors.push(error) }, dependencies).stop();
    expect(errors.map(({ code }) => code)).toEqual(['no_geolocation']);
  });
});
