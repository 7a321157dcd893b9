/** The user's own position, from the device or from walking on the map, and its reports to the server. */
import type { NearbyConnection, NearbyError, Position, PositionWatch } from '@nearby-friends/client';
import { signal } from '@preact/signals';
import type { Place } from '../geometry/place.ts';
import { placeAt } from '../geometry/place-at.ts';
import { storedChoice } from '../state/stored-choice.ts';

/** none: no position is reported yet. */
type PositionSource = 'none' | 'walking' | 'device';

/** Minimum interval between reports while walking, ms. Well below the server's rate limit. */
const MIN_REPORT_INTERVAL_MS = 400;
/** A stationary user is reported again at this interval, ms: half of the 30 s interval of phones. */
const STANDING_REPORT_INTERVAL_MS = 15_000;
/** New users start at a random place within this distance of the centre, so that they do not overlap, metres. */
const SCATTER_METERS = 1_500;

export class OwnPosition {
  readonly place = signal<Position | null>(null);
  readonly source = signal<PositionSource>('none');
  /** Why the device gives no position or the server refuses it. */
  readonly problem = signal<NearbyError | null>(null);
  /** How far the server's clock is ahead of this device's, ms. */
  readonly clockAheadMs = signal(0);
  readonly #connection: NearbyConnection;
  readonly #startAt: Place;
  readonly #stored = storedChoice('walk', isPlaceText, () => sessionStorage);
  #watch: PositionWatch | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(options: { readonly connection: NearbyConnection; readonly startAt: Place }) {
    this.#connection = options.connection;
    this.#startAt = options.startAt;
  }

  /** Starts walking on the map at this tab's last position, or near the centre. */
  startWalking(): void {
    this.walkTo(
      this.place.value ??
        parsePlace(this.#stored.read()) ??
        placeAt(this.#startAt, Math.random() * 360, Math.sqrt(Math.random()) * SCATTER_METERS),
    );
  }

  walkTo({ lat, lng }: Place): void {
    this.#stopDevice();
    this.source.value = 'walking';
    this.place.value = { lat, lng };
    this.#stored.save(`${lat},${lng}`);
    this.#scheduleReport();
  }

  /** Walks one step. `bearing` is in degrees clockwise from north. */
  step(bearing: number, meters: number): void {
    const from = this.place.value;
    if (from !== null) this.walkTo(placeAt(from, bearing, meters));
  }

  /** Uses the device's position from now on. */
  followDevice(): void {
    this.#stopDevice();
    clearTimeout(this.#timer);
    this.problem.value = null;
    this.source.value = 'device';
    this.#watch = this.#connection.watchPosition({
      onPosition: (position) => {
        this.place.value = position;
        this.problem.value = null;
      },
      onError: (error) => {
        this.problem.value = error;
        if (error.code === 'geolocation_denied' || error.code === 'no_geolocation') this.#fallBackToMap();
      },
    });
  }

  stop(): void {
    this.#stopDevice();
    clearTimeout(this.#timer);
    this.source.value = 'none';
  }

  #fallBackToMap(): void {
    this.#stopDevice();
    if (this.place.value === null) this.source.value = 'none';
    else this.walkTo(this.place.value);
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
    const sentAt = Date.now();
    try {
      const { at } = await this.#connection.updateLocation(place);
      this.clockAheadMs.value = at - (sentAt + Date.now()) / 2;
      this.problem.value = null;
    } catch (error) {
      this.problem.value = error as NearbyError;
    }
  }
}

function isPlaceText(text: string): text is string {
  return parsePlace(text) !== null;
}

function parsePlace(text: string | null): Place | null {
  const [lat = Number.NaN, lng = Number.NaN] = (text ?? '').split(',').map(Number);
  return Math.abs(lat) <= 90 && Math.abs(lng) <= 180 ? { lat, lng } : null;
}
