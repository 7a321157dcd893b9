/** Reports the device's position: often enough to keep it from expiring, and no more often than is visible. */
import type { Clock } from '../clock.ts';
import type { GeolocationFailure, GeolocationFix, GeolocationSource, PageVisibility } from '../device.ts';
import type { PositionReport, PositionWatch, WatchOptions } from '../nearby-connection.ts';
import { NearbyError } from '../nearby-error.ts';
import type { Observable } from '../observable.ts';
import { metersBetween } from './meters-between.ts';

const INTERVAL_MS = 30_000;
const DISTANCE_METERS = 50;
/** While the page is hidden. Must stay well below the 10 minutes after which a position expires. */
const HIDDEN_INTERVAL_MS = 120_000;
const HIDDEN_DISTANCE_METERS = 200;
/** The delay before the watch is renewed after a failure; it doubles with each failure in a row. */
const MIN_RETRY_MS = 1_000;
const MAX_RETRY_MS = 30_000;

/** Reports positions and takes them back. */
export interface PositionReporter {
  /** Rejects with a `NearbyError`. */
  report(position: PositionReport): Promise<unknown>;
  /** Never sends the last reported position again, and not at all if it has not been sent yet. */
  withdraw(reason: NearbyError): void;
}

/**
 * Only what the device has just said is reported, each fix at most once and with its own time. A stationary device says
 * nothing by itself, so the watch is renewed at each interval and its new fix confirms the place. The watch is also renewed
 * after a failure, because that ends it on iOS, and when the page is visible again, because a hidden page may have been
 * suspended for hours.
 *
 * A movement counts only if it is longer than the position's uncertainty.
 */
export function watchPosition(
  options: WatchOptions,
  dependencies: {
    reporter: PositionReporter;
    geolocation: GeolocationSource | undefined;
    visibility: PageVisibility;
    /** What the server asks for while a friend looks. */
    requestedIntervalMs: Observable<number | undefined>;
    clock: Clock;
  },
): PositionWatch {
  const { geolocation } = dependencies;
  if (geolocation) return new DeviceWatch(options, { ...dependencies, geolocation });
  const message = 'This device has no geolocation. Pass the position to updateLocation.';
  options.onError?.(new NearbyError({ code: 'no_geolocation', message, retryable: false }));
  return { stop: () => undefined };
}

class DeviceWatch implements PositionWatch {
  readonly #options: WatchOptions;
  readonly #reporter: PositionReporter;
  readonly #geolocation: GeolocationSource;
  readonly #visibility: PageVisibility;
  readonly #clock: Clock;
  readonly #unwatchVisibility: () => void;
  readonly #requestedIntervalMs: Observable<number | undefined>;
  readonly #unwatchPace: () => void;
  #watch: number | undefined;
  /** The last fix since the last failure, and when it arrived. */
  #latest: { readonly position: PositionReport; readonly arrivedAt: number; isReported: boolean } | undefined;
  #reported: { readonly position: PositionReport; readonly at: number } | undefined;
  #failures = 0;
  #isStopped = false;
  #cancelTimer: () => void = () => undefined;

  constructor(
    options: WatchOptions,
    dependencies: {
      reporter: PositionReporter;
      geolocation: GeolocationSource;
      visibility: PageVisibility;
      requestedIntervalMs: Observable<number | undefined>;
      clock: Clock;
    },
  ) {
    this.#options = options;
    this.#reporter = dependencies.reporter;
    this.#geolocation = dependencies.geolocation;
    this.#visibility = dependencies.visibility;
    this.#clock = dependencies.clock;
    this.#unwatchVisibility = this.#visibility.onChange(() => this.#onVisibility());
    this.#requestedIntervalMs = dependencies.requestedIntervalMs;
    this.#unwatchPace = this.#requestedIntervalMs.subscribe(() => this.#reportIfDue());
    this.#renew();
  }

  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#endWatch();
    this.#unwatchVisibility();
    this.#unwatchPace();
    this.#cancelTimer();
    const message = 'The device’s position is no longer reported.';
    this.#reporter.withdraw(new NearbyError({ code: 'closed', message, retryable: false }));
  }

  #renew(): void {
    this.#endWatch();
    this.#watch = this.#geolocation.watchPosition(
      (fix) => this.#onFix(fix),
      (failure) => this.#onFailure(failure),
      { enableHighAccuracy: true, maximumAge: Math.min(INTERVAL_MS, this.#intervalMs()) },
    );
  }

  #endWatch(): void {
    if (this.#watch !== undefined) this.#geolocation.clearWatch(this.#watch);
    this.#watch = undefined;
  }

  #onFix(fix: GeolocationFix): void {
    if (this.#isStopped) return;
    this.#failures = 0;
    const position = positionOf(fix);
    this.#latest = { position, arrivedAt: this.#clock.now(), isReported: false };
    this.#options.onPosition?.(position);
    this.#reportIfDue();
  }

  #onFailure(failure: GeolocationFailure): void {
    if (this.#isStopped) return;
    // The device no longer confirms it.
    this.#latest = undefined;
    this.#cancelTimer();
    const error = errorOf(failure);
    if (failure.code === DENIED) this.#reporter.withdraw(error);
    else this.#renewAfter(Math.min(MAX_RETRY_MS, MIN_RETRY_MS * 2 ** this.#failures++));
    this.#options.onError?.(error);
  }

  #onVisibility(): void {
    const isConfirmed = this.#latest && this.#clock.now() - this.#latest.arrivedAt < this.#intervalMs();
    if (isConfirmed || this.#visibility.isHidden()) this.#reportIfDue();
    else this.#renewNow();
  }

  #reportIfDue(): void {
    const latest = this.#latest;
    if (!latest || this.#isStopped) return;
    const now = this.#clock.now();
    if (!latest.isReported && this.#isDue(latest.position, now)) {
      latest.isReported = true;
      this.#reported = { position: latest.position, at: now };
      this.#reporter.report(latest.position).catch((error: NearbyError) => {
        // A withdrawn position is one that the app knows of.
        if (!this.#isStopped && error.code !== 'geolocation_denied') this.#options.onError?.(error);
      });
    }
    // A listener may have stopped the watch.
    if (!this.#isStopped) this.#schedule(Math.max(0, (this.#reported?.at ?? now) + this.#intervalMs() - now));
  }

  #isDue(position: PositionReport, now: number): boolean {
    const reported = this.#reported;
    if (!reported || now - reported.at >= this.#intervalMs()) return true;
    const meters = this.#visibility.isHidden()
      ? (this.#options.hiddenDistanceMeters ?? HIDDEN_DISTANCE_METERS)
      : (this.#options.distanceMeters ?? DISTANCE_METERS);
    return metersBetween(reported.position, position) >= Math.max(meters, position.accuracy ?? 0);
  }

  #schedule(ms: number): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#clock.after(ms, () => {
      if (this.#latest && !this.#latest.isReported) this.#reportIfDue();
      else this.#renewNow();
    });
  }

  #renewAfter(ms: number): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#clock.after(ms, () => this.#renewNow());
  }

  #renewNow(): void {
    // If the device stays silent, it is asked again after the interval. Its answer replaces this timer.
    this.#renewAfter(this.#intervalMs());
    this.#renew();
  }

  #intervalMs(): number {
    const usual = this.#visibility.isHidden()
      ? (this.#options.hiddenIntervalMs ?? HIDDEN_INTERVAL_MS)
      : (this.#options.intervalMs ?? INTERVAL_MS);
    const requested = this.#options.fastReports === false ? undefined : this.#requestedIntervalMs.value;
    return Math.min(usual, requested ?? usual);
  }
}

/** Omits the fields that the device does not know: it gives null, NaN or, on iOS, −1 for them. */
function positionOf({ coords, timestamp }: GeolocationFix): PositionReport {
  const { latitude: lat, longitude: lng, accuracy, heading, speed } = coords;
  const optional = { accuracy, heading, speed, at: timestamp };
  const given = Object.entries(optional).filter(([, value]) => typeof value === 'number' && value >= 0);
  return { lat, lng, ...Object.fromEntries(given) };
}

const DENIED = 1;

function errorOf({ code, message: cause }: GeolocationFailure): NearbyError {
  return code === DENIED
    ? new NearbyError({
        code: 'geolocation_denied',
        message: 'The app is not allowed to use your location. Allow it in the settings of the browser.',
        retryable: false,
        cause,
      })
    : new NearbyError({
        code: 'geolocation_failed',
        message: 'The device has no position at the moment. It retries automatically.',
        retryable: true,
        cause,
      });
}
