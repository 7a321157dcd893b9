/** The radius of "near": the server's value and a preview while the user changes it. */
import type { NearbyConnection, NearbyError } from '@nearby-friends/client';
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { signalOf } from '../state/signal-of.ts';

/** The protocol's limits and default in metres. A test compares them with the protocol. */
export const MIN_RADIUS_METERS = 100;
export const MAX_RADIUS_METERS = 100_000;
export const DEFAULT_RADIUS_METERS = 8_046.72;

/** The radius is sent this long after the last change by keys or slider, ms. */
const SETTLE_MS = 350;

export class RadiusChoice {
  readonly #preview = signal<number | null>(null);
  readonly #confirmed: ReadonlySignal<number | undefined>;
  readonly #connection: Pick<NearbyConnection, 'setRadius' | 'radiusMeters'>;
  readonly #onProblem: (error: NearbyError) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #changes = 0;

  /** Whether the server has sent the radius. */
  readonly isKnown = computed(() => this.#confirmed.value !== undefined);
  /** The displayed radius, metres. */
  readonly meters = computed(() => this.#preview.value ?? this.#confirmed.value ?? DEFAULT_RADIUS_METERS);

  constructor(options: {
    readonly connection: Pick<NearbyConnection, 'setRadius' | 'radiusMeters'>;
    readonly onProblem: (error: NearbyError) => void;
  }) {
    this.#connection = options.connection;
    this.#onProblem = options.onProblem;
    this.#confirmed = signalOf(options.connection.radiusMeters);
  }

  /** Shows the radius at once and sends it after the last change. */
  change(meters: number): void {
    this.#preview.value = Math.min(MAX_RADIUS_METERS, Math.max(MIN_RADIUS_METERS, Math.round(meters)));
    this.#changes += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#send(), SETTLE_MS);
  }

  async #send(): Promise<void> {
    const meters = this.#preview.value;
    if (meters === null) return;
    const change = this.#changes;
    try {
      await this.#connection.setRadius(meters);
    } catch (error) {
      this.#onProblem(error as NearbyError);
    }
    // Keeps the preview if the user has changed the radius meanwhile.
    if (change === this.#changes) this.#preview.value = null;
  }
}

/** Maps the radius to a slider position, 0…1, on a logarithmic scale. */
export function shareOfRadius(meters: number): number {
  return Math.log(meters / MIN_RADIUS_METERS) / Math.log(MAX_RADIUS_METERS / MIN_RADIUS_METERS);
}

export function radiusOfShare(share: number): number {
  return MIN_RADIUS_METERS * (MAX_RADIUS_METERS / MIN_RADIUS_METERS) ** share;
}
