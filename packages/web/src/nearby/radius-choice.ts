/** How far "near" reaches, while it is being changed and once it has been. */
import type { NearbyConnection, NearbyError } from '@nearby-friends/client';
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { signalOf } from '../session/signal-of.ts';

/** The protocol's bounds and default; a test holds them to it. Metres. */
export const MIN_RADIUS_METERS = 100;
export const MAX_RADIUS_METERS = 100_000;
export const DEFAULT_RADIUS_METERS = 8_046.72;

/** After the last of several steps (keys, slider) it is kept, ms. */
const SETTLE_MS = 350;

export class RadiusChoice {
  readonly #preview = signal<number | null>(null);
  readonly #told: ReadonlySignal<number | undefined>;
  readonly #connection: Pick<NearbyConnection, 'setRadius' | 'radiusMeters'>;
  readonly #onProblem: (error: NearbyError) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #changes = 0;

  /** Whether the server has said how far it is. */
  readonly isKnown = computed(() => this.#told.value !== undefined);
  /** As it is shown now, metres. */
  readonly meters = computed(() => this.#preview.value ?? this.#told.value ?? DEFAULT_RADIUS_METERS);

  constructor(options: {
    readonly connection: Pick<NearbyConnection, 'setRadius' | 'radiusMeters'>;
    readonly onProblem: (error: NearbyError) => void;
  }) {
    this.#connection = options.connection;
    this.#onProblem = options.onProblem;
    this.#told = signalOf(options.connection.radiusMeters);
  }

  /** Shows it at once, and keeps it when nothing follows for a moment. */
  change(meters: number): void {
    this.#preview.value = Math.min(MAX_RADIUS_METERS, Math.max(MIN_RADIUS_METERS, Math.round(meters)));
    this.#changes += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#keep(), SETTLE_MS);
  }

  async #keep(): Promise<void> {
    const meters = this.#preview.value;
    if (meters === null) return;
    const change = this.#changes;
    try {
      await this.#connection.setRadius(meters);
    } catch (error) {
      this.#onProblem(error as NearbyError);
    }
    // Whoever went on changing it meanwhile sees that.
    if (change === this.#changes) this.#preview.value = null;
  }
}

/** Sliders are even in the logarithm: from 100 m to 1 km as far as from 10 to 100 km. 0…1. */
export function shareOfRadius(meters: number): number {
  return Math.log(meters / MIN_RADIUS_METERS) / Math.log(MAX_RADIUS_METERS / MIN_RADIUS_METERS);
}

export function radiusOfShare(share: number): number {
  return MIN_RADIUS_METERS * (MAX_RADIUS_METERS / MIN_RADIUS_METERS) ** share;
}
