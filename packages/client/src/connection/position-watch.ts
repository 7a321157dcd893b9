/** Reports the device's position: often enough to keep it from expiring, and no more often than is visible. */
import type { Clock } from '../clock.ts';
import type { GeolocationFailure, GeolocationFix, GeolocationSource, PageVisibility } from '../device.ts';
import type { PositionWatch, WatchOptions } from '../nearby-connection.ts';
import { NearbyError } from '../nearby-error.ts';
import type { Position } from '../wire-messages.ts';
import { metersBetween } from './meters-between.ts';

const INTERVAL_MS = 30_000;
const DISTANCE_METERS = 50;
/** While the page is hidden. Must stay well below the 10 minutes after which a position expires. */
const HIDDEN_INTERVAL_MS = 120_000;
const HIDDEN_DISTANCE_METERS = 200;

/**
 * A stationary device gives no new positions, so the last one is reported again at each interval.
 * A movement counts only if it is longer than the position's uncertainty.
 */
export function watchPosition(
  options: WatchOptions,
  dependencies: {
    report: (position: Position) => Promise<unknown>;
    geolocation: GeolocationSource | undefined;
    visibility: PageVisibility;
    clock: Clock;
  },
): PositionWatch {
  const { report, geolocation, visibility, clock } = dependencies;
  let isStopped = false;
  const onError = (error: NearbyError): void => {
    if (!isStopped) options.onError?.(error);
  };
  let latest: Position | undefined;
  let reported: { readonly position: Position; readonly at: number } | undefined;
  let cancelTimer: () => void = () => undefined;

  const intervalMs = (): number =>
    visibility.isHidden() ? (options.hiddenIntervalMs ?? HIDDEN_INTERVAL_MS) : (options.intervalMs ?? INTERVAL_MS);
  const hasMoved = ({ position }: { position: Position }, now: Position): boolean => {
    const meters = visibility.isHidden()
      ? (options.hiddenDistanceMeters ?? HIDDEN_DISTANCE_METERS)
      : (options.distanceMeters ?? DISTANCE_METERS);
    return metersBetween(position, now) >= Math.max(meters, now.accuracy ?? 0);
  };
  const reportIfDue = (): void => {
    if (!latest || isStopped) return;
    const now = clock.now();
    const sinceMs = reported ? now - reported.at : Number.POSITIVE_INFINITY;
    if (!reported || sinceMs >= intervalMs() || hasMoved(reported, latest)) {
      reported = { position: latest, at: now };
      report(latest).catch(onError);
    }
    cancelTimer();
    cancelTimer = clock.after(Math.max(0, reported.at + intervalMs() - now), reportIfDue);
  };

  if (!geolocation) {
    const message = 'This device has no geolocation. Pass the position to updateLocation.';
    onError(new NearbyError({ code: 'no_geolocation', message, retryable: false }));
    return { stop: () => undefined };
  }
  const watch = geolocation.watchPosition(
    (fix) => {
      latest = positionOf(fix);
      options.onPosition?.(latest);
      reportIfDue();
    },
    (failure) => {
      // The last position may be outdated, so it is not repeated.
      latest = undefined;
      cancelTimer();
      onError(errorOf(failure));
    },
    { enableHighAccuracy: true, maximumAge: INTERVAL_MS },
  );
  const unwatchVisibility = visibility.onChange(reportIfDue);
  return {
    stop() {
      geolocation.clearWatch(watch);
      unwatchVisibility();
      cancelTimer();
      isStopped = true;
    },
  };
}

/** Omits the fields that the device does not know: it gives null, NaN or, on iOS, −1 for them. */
function positionOf({ coords }: GeolocationFix): Position {
  const { latitude: lat, longitude: lng, accuracy, heading, speed } = coords;
  const optional = { accuracy, heading, speed };
  const given = Object.entries(optional).filter(([, value]) => Number.isFinite(value) && Number(value) >= 0);
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
