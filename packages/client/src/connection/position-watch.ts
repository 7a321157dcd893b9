/** Reports where the device is: often enough to stay on the lists, and no more often than somebody would notice. */
import type { Clock } from '../clock.ts';
import type { Attention, GeolocationFailure, GeolocationFix, GeolocationSource } from '../device.ts';
import type { PositionWatch, WatchOptions } from '../nearby-connection.ts';
import { NearbyError } from '../nearby-error.ts';
import type { Position } from '../wire-messages.ts';
import { metersBetween } from './meters-between.ts';

const INTERVAL_MS = 30_000;
const DISTANCE_METERS = 50;
/** While nobody looks: still well within the 10 minutes after which whoever is silent drops out. */
const HIDDEN_INTERVAL_MS = 120_000;
const HIDDEN_DISTANCE_METERS = 200;

/**
 * A device that rests gives no new position, so the last one is reported again at each interval: it is still there.
 * A step counts only when it is longer than the position's uncertainty.
 */
export function watchPosition(
  options: WatchOptions,
  means: {
    report: (position: Position) => Promise<unknown>;
    geolocation: GeolocationSource | undefined;
    attention: Attention;
    clock: Clock;
  },
): PositionWatch {
  const { report, geolocation, attention, clock } = means;
  let isStopped = false;
  const onError = (error: NearbyError): void => {
    if (!isStopped) options.onError?.(error);
  };
  let latest: Position | undefined;
  let reported: { readonly position: Position; readonly at: number } | undefined;
  let cancelTimer: () => void = () => undefined;

  const intervalMs = (): number =>
    attention.isHidden() ? (options.hiddenIntervalMs ?? HIDDEN_INTERVAL_MS) : (options.intervalMs ?? INTERVAL_MS);
  const hasMoved = ({ position }: { position: Position }, now: Position): boolean => {
    const meters = attention.isHidden()
      ? (options.hiddenDistanceMeters ?? HIDDEN_DISTANCE_METERS)
      : (options.distanceMeters ?? DISTANCE_METERS);
    return metersBetween(position, now) >= Math.max(meters, now.accuracy ?? 0);
  };
  const consider = (): void => {
    if (!latest || isStopped) return;
    const now = clock.now();
    const sinceMs = reported ? now - reported.at : Number.POSITIVE_INFINITY;
    if (!reported || sinceMs >= intervalMs() || hasMoved(reported, latest)) {
      reported = { position: latest, at: now };
      report(latest).catch(onError);
    }
    cancelTimer();
    cancelTimer = clock.after(Math.max(0, reported.at + intervalMs() - now), consider);
  };

  if (!geolocation) {
    const message = 'This device does not tell where it is. Give the position with updateLocation.';
    onError(new NearbyError({ code: 'no_geolocation', message, retryable: false }));
    return { stop: () => undefined };
  }
  const watch = geolocation.watchPosition(
    (fix) => {
      latest = positionOf(fix);
      options.onPosition?.(latest);
      consider();
    },
    (failure) => {
      // Nobody knows any more whether it is still there.
      latest = undefined;
      cancelTimer();
      onError(errorOf(failure));
    },
    { enableHighAccuracy: true, maximumAge: INTERVAL_MS },
  );
  const endAttention = attention.onChange(consider);
  return {
    stop() {
      geolocation.clearWatch(watch);
      endAttention();
      cancelTimer();
      isStopped = true;
    },
  };
}

/** A device that rests gives null or NaN for what it has none of. */
function positionOf({ coords }: GeolocationFix): Position {
  const { latitude: lat, longitude: lng, accuracy, heading, speed } = coords;
  const optional = { accuracy, heading, speed };
  const given = Object.entries(optional).filter(([, value]) => Number.isFinite(value));
  return { lat, lng, ...Object.fromEntries(given) };
}

const DENIED = 1;

function errorOf({ code, message: cause }: GeolocationFailure): NearbyError {
  return code === DENIED
    ? new NearbyError({
        code: 'geolocation_denied',
        message: 'The app may not know where you are. Allow it in the settings of the browser.',
        retryable: false,
        cause,
      })
    : new NearbyError({
        code: 'geolocation_failed',
        message: 'The device does not know where it is at the moment. It tries again by itself.',
        retryable: true,
        cause,
      });
}
