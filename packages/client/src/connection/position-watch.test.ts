import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@nearby-friends/service-kit';
import type { GeolocationFailure, GeolocationFix, GeolocationSource, PageVisibility } from '../device.ts';
import type { PositionReport, WatchOptions } from '../nearby-connection.ts';
import type { NearbyError } from '../nearby-error.ts';
import { MutableObservable } from '../observable.ts';
import { watchPosition } from './position-watch.ts';

const METERS_PER_DEGREE = (Math.PI / 180) * 6_371_008.8;

/** A simulated phone controlled by the test. */
function createPhone(options: WatchOptions = {}) {
  const clock = new ManualClock();
  const startedAt = clock.now();
  const reports: { at: number; position: PositionReport }[] = [];
  const errors: NearbyError[] = [];
  const withdrawn: NearbyError[] = [];
  let watch: { fix(fix: GeolocationFix): void; fail(failure: GeolocationFailure): void } | undefined;
  /** Where the phone is, which it says to every new watch, like a browser. Undefined: it does not know. */
  let current: GeolocationFix['coords'] | undefined;
  const begun: number[] = [];
  let hidden = false;
  const requestedIntervalMs = new MutableObservable<number | undefined>(undefined);
  const listeners = new Set<() => void>();
  const geolocation: GeolocationSource = {
    watchPosition(fix, fail) {
      if (watch) throw new Error('two watches at once');
      watch = { fix, fail };
      begun.push((clock.now() - startedAt) / 1_000);
      if (current) fix({ coords: current, timestamp: clock.now() });
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
  const running = watchPosition(
    { onError: (error) => errors.push(error), ...options },
    {
      geolocation,
      visibility,
      requestedIntervalMs,
      clock,
      reporter: {
        report: async (position) => reports.push({ at: (clock.now() - startedAt) / 1_000, position }),
        withdraw: (reason) => withdrawn.push(reason),
      },
    },
  );
  return {
    clock,
    reports,
    errors,
    withdrawn,
    /** When each watch of the device began, s. */
    begun,
    running,
    requestedIntervalMs,
    listeners,
    get isWatching() {
      return watch !== undefined;
    },
    /** Emits a position that far north of the origin. */
    fix(metersNorth: number, coords: Partial<GeolocationFix['coords']> = {}) {
      const place = { latitude: metersNorth / METERS_PER_DEGREE, longitude: 0 };
      current = { ...place, accuracy: 5, heading: null, speed: null, ...coords };
      watch?.fix({ coords: current, timestamp: clock.now() });
    },
    fail(code: number) {
      current = undefined;
      watch?.fail({ code, message: 'no' });
    },
    /** From now on it does not answer a new watch. */
    fallSilent() {
      current = undefined;
    },
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
    const seen: PositionReport[] = [];
    const phone = createPhone({ onPosition: (position) => seen.push(position) });
    phone.fix(0, { accuracy: 12, heading: Number.NaN, speed: null });
    phone.fix(0, { accuracy: 12, heading: 90, speed: 1.5 });
    // As iOS says it.
    phone.fix(0, { accuracy: -1, heading: -1, speed: -1 });
    const at = phone.clock.now();
    expect(phone.reports[0]?.position).toEqual({ lat: 0, lng: 0, accuracy: 12, at });
    expect(seen).toEqual([
      { lat: 0, lng: 0, accuracy: 12, at },
      { lat: 0, lng: 0, accuracy: 12, heading: 90, speed: 1.5, at },
      { lat: 0, lng: 0, at },
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

  it('reports each fix once, with its own time, and asks a silent device again at each interval', () => {
    const phone = createPhone();
    phone.fix(0);
    const taken = phone.clock.now();
    phone.fallSilent();
    phone.clock.advance(95_000);
    expect(phone.reports).toEqual([{ at: 0, position: { lat: 0, lng: 0, accuracy: 5, at: taken } }]);
    expect(phone.begun).toEqual([0, 30, 60, 90]);
  });

  it('does not report the place of an hour ago when the page is visible again, but asks at once', () => {
    const phone = createPhone();
    phone.fix(0);
    phone.hide(true);
    phone.fallSilent();
    phone.clock.advance(3_600_000);
    const renewed = phone.begun.length;
    phone.hide(false);
    expect(phone.times).toEqual([0]);
    expect(phone.begun.length).toBe(renewed + 1);
    phone.fix(9_000);
    expect(phone.times).toEqual([0, 3_600]);
  });

  it('renews the watch after a failure, later after each failure in a row, because a failure ends it on iOS', () => {
    const phone = createPhone();
    const fail = (code: number, ms: number) => {
      phone.fail(code);
      phone.clock.advance(ms);
    };
    fail(3, 1_000);
    fail(3, 2_000);
    fail(2, 4_000);
    expect(phone.begun).toEqual([0, 1, 3, 7]);
    for (let i = 0; i < 10; i++) fail(3, 30_000);
    const [last = 0, beforeLast = 0] = phone.begun.toReversed();
    expect(last - beforeLast).toBe(30);
    phone.fix(0);
    fail(3, 1_000);
    expect(phone.begun.at(-1)).toBe(last + 1);
    expect(phone.withdrawn).toEqual([]);
  });

  it('takes back what it reported when access is denied, and asks again only when the page is visible again', () => {
    const phone = createPhone();
    phone.fix(0);
    phone.fail(1);
    expect(phone.withdrawn.map(({ code }) => code)).toEqual(['geolocation_denied']);
    phone.clock.advance(3_600_000);
    expect([phone.times, phone.begun]).toEqual([[0], [0]]);
    phone.hide(true);
    phone.hide(false);
    expect(phone.begun).toEqual([0, 3_600]);
  });

  it('stops watching', () => {
    const phone = createPhone();
    phone.fix(0);
    phone.running.stop();
    phone.clock.advance(100_000);
    expect(phone.times).toEqual([0]);
    expect([phone.isWatching, phone.listeners.size, phone.clock.pending]).toEqual([false, 0, 0]);
    expect(phone.withdrawn.map(({ code }) => code)).toEqual(['closed']);
  });

  it('reports no_geolocation when the device has none', () => {
    const errors: NearbyError[] = [];
    const dependencies = {
      geolocation: undefined,
      visibility: { isHidden: () => false, onChange: () => () => undefined },
      requestedIntervalMs: new MutableObservable<number | undefined>(undefined),
      clock: new ManualClock(),
      reporter: { report: async () => undefined, withdraw: () => undefined },
    };
    watchPosition({ onError: (error) => errors.push(error) }, dependencies).stop();
    expect(errors.map(({ code }) => code)).toEqual(['no_geolocation']);
  });
});
