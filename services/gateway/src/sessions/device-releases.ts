/** Tells the location service which devices have left, so that another device of the same user may share at once. */
import type { Rpc } from '@nearby-friends/bus';
import { MAX_RELEASED_DEVICES, type ReleasedDevice, releaseDevices, type UserId } from '@nearby-friends/protocol';
import type { CancelTimer, Clock, Component, Logger } from '@nearby-friends/service-kit';

/** Connections that end together, for example while this gateway drains, go in one message. */
const GATHER_MS = 20;

/** Best effort: a device whose release is lost shares until it has been silent for long enough. */
export class DeviceReleases implements Component {
  readonly name = 'device releases';
  readonly #rpc: Pick<Rpc, 'call'>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #gathered: ReleasedDevice[] = [];
  #cancelTimer: CancelTimer | null = null;
  readonly #inFlight = new Set<Promise<void>>();

  constructor(options: { rpc: Pick<Rpc, 'call'>; clock: Clock; logger: Logger }) {
    this.#rpc = options.rpc;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  /** The session ends. Nothing to release if its device does not share. */
  release(session: { user: UserId; device: string; isSharing: boolean | null; sharedAt: number }): void {
    const { user, device, isSharing, sharedAt: at } = session;
    if (isSharing !== true) return;
    this.#gathered.push({ user, device: Buffer.from(device, 'latin1').toString('hex'), at });
    this.#cancelTimer ??= this.#clock.after(GATHER_MS, () => this.#send());
  }

  /** Resolves when all releases so far are sent. */
  async drain(): Promise<void> {
    this.#send();
    await Promise.all(this.#inFlight);
  }

  #send(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    const gathered = this.#gathered;
    this.#gathered = [];
    for (let i = 0; i < gathered.length; i += MAX_RELEASED_DEVICES) {
      const sent = this.#sendBatch(gathered.slice(i, i + MAX_RELEASED_DEVICES)).finally(() =>
        this.#inFlight.delete(sent),
      );
      this.#inFlight.add(sent);
    }
  }

  async #sendBatch(devices: ReleasedDevice[]): Promise<void> {
    try {
      await this.#rpc.call(releaseDevices, { devices });
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      this.#logger.debug({ devices: devices.length, reason }, 'devices not released');
    }
  }
}
