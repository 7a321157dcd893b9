/** Writes when registered devices have last reported, in the background and once a minute at most. */
import type { CancelTimer, Clock, Component, Logger } from '@nearby-friends/service-kit';
import type { DeviceRepository, Sighting } from '../database/device-repository.ts';

/** One statement writes what has gathered in this time, ms. */
export const SIGHTINGS_INTERVAL_MS = 1_000;
/** Devices in one statement; while so many wait, others are written with a later report. */
export const MAX_GATHERED_SIGHTINGS = 1_000;
const MINUTE_MS = 60_000;

/** What is known of the device that reports. */
interface SeenDevice {
  readonly id: string;
  readonly lastSeenAt: Date | null;
}

/** No answer waits for it: what cannot be written is dropped, and the device's next report counts. */
export class DeviceSightings implements Component {
  readonly name = 'device sightings';
  readonly #devices: Pick<DeviceRepository, 'markSeen'>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #gathered = new Map<string, Sighting>();
  #cancelTimer: CancelTimer | null = null;
  #writing: Promise<void> | null = null;

  constructor(options: { devices: Pick<DeviceRepository, 'markSeen'>; clock: Clock; logger: Logger }) {
    this.#devices = options.devices;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  note({ id, lastSeenAt }: SeenDevice, kind: Sighting['kind']): void {
    const minute = Math.floor(this.#clock.now() / MINUTE_MS) * MINUTE_MS;
    if (lastSeenAt !== null && lastSeenAt.getTime() >= minute) return;
    if (this.#gathered.size >= MAX_GATHERED_SIGHTINGS && !this.#gathered.has(id)) return;
    this.#gathered.set(id, { id, kind });
    this.#schedule();
  }

  async drain(): Promise<void> {
    this.#cancelTimer?.();
    await this.#writing;
    this.#cancelTimer?.();
    this.#write();
    await this.#writing;
  }

  /** One write at a time: while PostgreSQL is slow, devices gather up to their maximum. */
  #schedule(): void {
    if (this.#cancelTimer || this.#writing) return;
    this.#cancelTimer = this.#clock.after(SIGHTINGS_INTERVAL_MS, () => this.#write());
  }

  #write(): void {
    this.#cancelTimer = null;
    if (this.#gathered.size === 0) return;
    const sightings = [...this.#gathered.values()];
    this.#gathered = new Map();
    this.#writing = this.#devices
      .markSeen(sightings)
      .catch((error: unknown) => this.#logger.debug({ error }, 'device sightings lost'))
      .finally(() => {
        this.#writing = null;
        if (this.#gathered.size > 0) this.#schedule();
      });
  }
}
