/** The user's own position, from the device or from walking on the map, and its reports to the server. */
import type { NearbyConnection, NearbyError, Position, PositionWatch } from '@nearby-friends/client';
import { type ReadonlySignal, signal } from '@preact/signals';
import { normalizedPlace } from '../geometry/nearest-copy.ts';
import type { Place } from '../geometry/place.ts';
import { placeAt } from '../geometry/place-at.ts';
import { storedChoice } from '../state/stored-choice.ts';
import { isPlaceText, parsePlace } from './parse-place.ts';

/** none: no position is reported. */
type PositionSource = 'none' | 'walking' | 'device';

/** Minimum interval between reports while walking, ms. Well below the server's rate limit. */
const MIN_REPORT_INTERVAL_MS = 400;
/** A stationary user is reported again at this interval, ms: half of the 30 s interval of phones. */
const STANDING_REPORT_INTERVAL_MS = 15_000;
/** New users start at a random place within this distance of the centre, so that they do not overlap, metres. */
const SCATTER_METERS = 1_500;

/**
 * Nothing is reported that the user has not chosen: neither a place that the device no longer confirms, nor, after a reload,
 * another one than before it.
 */
export class OwnPosition {
  readonly place = signal<Position | null>(null);
  readonly source = signal<PositionSource>('none');
  /** Why the device gives no position or the server refuses it. */
  readonly problem = signal<NearbyError | null>(null);
  /** Whether the device reports every 3 s while a friend looks. Friends cannot tell. */
  readonly fastReports: ReadonlySignal<boolean>;
  readonly #connection: Pick<NearbyConnection, 'updateLocation' | 'watchPosition'>;
  readonly #startAt: Place;
  /** The place walked to, or that the device is followed, for a reload of this tab. */
  readonly #storedWalk = storedChoice('walk', isPlaceText, () => sessionStorage);
  readonly #storedSource = storedChoice(
    'source',
    (text): text is 'device' => text === 'device',
    () => sessionStorage,
  );
  readonly #storedPace = storedChoice('fast-reports', (text): text is 'off' => text === 'off');
  readonly #fastReports = signal(this.#storedPace.read() === null);
  #watch: PositionWatch | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(options: {
    readonly connection: Pick<NearbyConnection, 'updateLocation' | 'watchPosition'>;
    readonly startAt: Place;
  }) {
    this.#connection = options.connection;
    this.#startAt = options.startAt;
    this.fastReports = this.#fastReports;
  }

  /** After a reload of this tab: as before it. */
  resume(): void {
    const walked = parsePlace(this.#storedWalk.read());
    if (this.#storedSource.read() !== null) this.followDevice();
    else if (walked) this.walkTo(walked);
  }

  /** The user wants to walk on the map: from here, from this tab's last place, or from a made-up one near the centre. */
  startWalking(): void {
    this.walkTo(
      this.place.value ??
        parsePlace(this.#storedWalk.read()) ??
        placeAt(this.#startAt, Math.random() * 360, Math.sqrt(Math.random()) * SCATTER_METERS),
    );
  }

  walkTo(place: Place): void {
    const { lat, lng } = normalizedPlace(place);
    this.#stopDevice();
    if (this.source.value !== 'walking') this.problem.value = null;
    this.source.value = 'walking';
    this.place.value = { lat, lng };
    this.#storedSource.save(null);
    this.#storedWalk.save(`${lat},${lng}`);
    this.#scheduleReport();
  }

  /** Walks one step. `bearing` is in degrees clockwise from north. */
  step(bearing: number, meters: number): void {
    const from = this.place.value;
    if (from !== null) this.walkTo(placeAt(from, bearing, meters));
  }

  /** Uses the device's position from now on. */
  followDevice(): void {
    this.#stopReports();
    this.problem.value = null;
    this.source.value = 'device';
    this.#storedWalk.save(null);
    this.#storedSource.save('device');
    this.#watch = this.#connection.watchPosition({
      fastReports: this.#fastReports.value,
      onPosition: (position) => {
        this.place.value = position;
        this.problem.value = null;
      },
      onError: (error) => {
        this.problem.value = error;
        if (error.code === 'geolocation_denied' || error.code === 'no_geolocation') this.#forget();
      },
    });
    // Without geolocation the error came before the watch.
    if (this.source.value !== 'device') this.#stopDevice();
  }

  /** For this device, also after a reload. */
  setFastReports(isOn: boolean): void {
    this.#fastReports.value = isOn;
    this.#storedPace.save(isOn ? null : 'off');
    if (this.source.value === 'device') this.followDevice();
  }

  /**
   * Reports as of now. For a device that takes over from another one, whose last place is newer than this one's: friends go
   * on seeing it until this one reports.
   */
  async renew(): Promise<void> {
    if (this.source.value === 'walking') await this.#report();
    // A new watch asks the device for a new fix.
    else if (this.source.value === 'device') this.followDevice();
  }

  /** The user signs out: the next one in this tab starts elsewhere. */
  stop(): void {
    this.#forget();
  }

  /** Nothing confirms the last place any more. The reason stays visible. */
  #forget(): void {
    this.#stopReports();
    this.source.value = 'none';
    this.place.value = null;
    this.#storedWalk.save(null);
    this.#storedSource.save(null);
  }

  #stopReports(): void {
    this.#stopDevice();
    clearTimeout(this.#timer);
  }

  #stopDevice(): void {
    this.#watch?.stop();
    this.#watch = undefined;
  }

  #scheduleReport(): void {
    clearTimeout(this.#timer);
    const wait = Math.max(0, this.#reportedAt + MIN_REPORT_INTERVAL_MS - performance.now());
    this.#timer = setTimeout(() => void this.#report(), wait);
  }

  async #report(): Promise<void> {
    const place = this.place.value;
    if (place === null || this.source.value !== 'walking') return;
    this.#reportedAt = performance.now();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#report(), STANDING_REPORT_INTERVAL_MS);
    try {
      await this.#connection.updateLocation(place);
      if (this.source.value === 'walking') this.problem.value = null;
    } catch (error) {
      if (this.source.value === 'walking') this.problem.value = error as NearbyError;
    }
  }
}
