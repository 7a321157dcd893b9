/** Where I am: as the device says, or as I walk about on the map; and that the server is told. */
import type { NearbyConnection, NearbyError, Position, PositionWatch } from '@nearby-friends/client';
import { signal } from '@preact/signals';
import type { Place } from '../nearby/glide.ts';
import { keptChoice } from '../settings/kept-choice.ts';
import { placeAt } from './place-at.ts';

/** none: nobody is told anything yet. */
type PositionSource = 'none' | 'walking' | 'device';

/** While walking, the server is told at most this often, ms; well within what one connection may send. */
const WALK_REPORT_MS = 400;
/** Somebody who stands still goes on being there: half of the 30 s in which phones report. */
const STANDING_REPORT_MS = 15_000;
/** Beginners are put within this distance of the map's middle, so that several do not stand on one spot, metres. */
const SCATTER_METERS = 1_500;

export class OwnPosition {
  readonly place = signal<Position | null>(null);
  readonly source = signal<PositionSource>('none');
  /** Why the device gives no position, or the server does not take it. */
  readonly problem = signal<NearbyError | null>(null);
  /** How far the server's clock is ahead of this device's, ms. */
  readonly clockAheadMs = signal(0);
  readonly #connection: NearbyConnection;
  readonly #startAt: Place;
  readonly #kept = keptChoice('walk', isPlaceText, () => sessionStorage);
  #watch: PositionWatch | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(options: { readonly connection: NearbyConnection; readonly startAt: Place }) {
    this.#connection = options.connection;
    this.#startAt = options.startAt;
  }

  /** On the map, from where this tab last stood or from near its middle. */
  walkFromWhereIWas(): void {
    this.walkTo(
      this.place.value ??
        parsePlace(this.#kept.read()) ??
        placeAt(this.#startAt, Math.random() * 360, Math.sqrt(Math.random()) * SCATTER_METERS),
    );
  }

  walkTo({ lat, lng }: Place): void {
    this.#stopDevice();
    this.source.value = 'walking';
    this.place.value = { lat, lng };
    this.#kept.keep(`${lat},${lng}`);
    this.#reportSoon();
  }

  /** A step: degrees clockwise from north, metres. */
  step(bearing: number, meters: number): void {
    const from = this.place.value;
    if (from !== null) this.walkTo(placeAt(from, bearing, meters));
  }

  /** As the device says, from now on. */
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
        if (error.code === 'geolocation_denied' || error.code === 'no_geolocation') this.#giveUpDevice();
      },
    });
  }

  stop(): void {
    this.#stopDevice();
    clearTimeout(this.#timer);
    this.source.value = 'none';
  }

  #giveUpDevice(): void {
    this.#stopDevice();
    if (this.place.value === null) this.source.value = 'none';
    else this.walkTo(this.place.value);
  }

  #stopDevice(): void {
    this.#watch?.stop();
    this.#watch = undefined;
  }

  #reportSoon(): void {
    clearTimeout(this.#timer);
    const wait = Math.max(0, this.#reportedAt + WALK_REPORT_MS - performance.now());
    this.#timer = setTimeout(() => void this.#report(), wait);
  }

  async #report(): Promise<void> {
    const place = this.place.value;
    if (place === null || this.source.value !== 'walking') return;
    this.#reportedAt = performance.now();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#report(), STANDING_REPORT_MS);
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
