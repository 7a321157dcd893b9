/** Decides when a device is told its friends' names again: OwnTracks keeps them. */
import type { Clock } from '@nearby-friends/service-kit';
import { LRUCache } from 'lru-cache';

const INTERVAL_MS = 3_600_000;
/** Some 100 bytes each. One that is forgotten is told again. */
const MAX_DEVICES = 50_000;

/** Each replica tells for itself. A device is known by its mark. */
export class CardSchedule {
  readonly #clock: Clock;
  readonly #toldAt = new LRUCache<string, number>({ max: MAX_DEVICES });

  constructor(options: { clock: Clock }) {
    this.#clock = options.clock;
  }

  isDue(device: string): boolean {
    return this.#clock.now() - (this.#toldAt.get(device) ?? Number.NEGATIVE_INFINITY) >= INTERVAL_MS;
  }

  told(device: string): void {
    this.#toldAt.set(device, this.#clock.now());
  }
}
