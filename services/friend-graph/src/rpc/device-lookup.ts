/** Looks up which registered device reports. */
import type { FoundDevice, SoughtDevice } from '@nearby-friends/protocol';
import type { DeviceRepository } from '../database/device-repository.ts';
import type { DeviceSightings } from './device-sightings.ts';

export class DeviceLookup {
  readonly #devices: Pick<DeviceRepository, 'findBySecret'>;
  readonly #sightings: Pick<DeviceSightings, 'note'>;

  constructor(options: {
    devices: Pick<DeviceRepository, 'findBySecret'>;
    sightings: Pick<DeviceSightings, 'note'>;
  }) {
    this.#devices = options.devices;
    this.#sightings = options.sightings;
  }

  /** See `findDevices` of protocol. Prisma reads those of one call with one statement. */
  async findAll(sought: readonly SoughtDevice[]): Promise<(FoundDevice | null)[]> {
    return await Promise.all(sought.map((device) => this.find(device)));
  }

  /** Notes that the device has reported. */
  async find(asked: SoughtDevice): Promise<FoundDevice | null> {
    const device = await this.#devices.findBySecret(Buffer.from(asked.secretHash, 'hex'));
    if (!device || (asked.user !== null && asked.user !== device.user)) return null;
    this.#sightings.note(device, asked.kind ?? null);
    const { user, id, kind, staysVisibleSeconds } = device;
    return { user, id, staysVisibleSeconds, ...(kind === null ? {} : { kind }) };
  }
}
