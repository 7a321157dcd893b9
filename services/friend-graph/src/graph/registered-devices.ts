/** Decides how users register devices, with whose secrets apps report positions, and how they remove them. */
import { createHash, randomBytes } from 'node:crypto';
import { asCodedError, CodedError, type UserId } from '@nearby-friends/protocol';
import { markOfRegistered } from '@nearby-friends/service-kit';
import type { Repositories } from '../database/create-repositories.ts';
import type { Device } from '../database/device-repository.ts';
import type { TokenHolder } from './accounts.ts';
import { requireAdmitted } from './admission.ts';
import { MAX_DEVICES } from './limits.ts';
import type { SharingEnd } from './sharing-end.ts';

/** Port: the device of the `DeviceMark` in the user's entry; null if there is none. Rejects with `unavailable`. */
export type ReadSharingDevice = (user: UserId) => Promise<string | null>;

export interface ListedDevice extends Device {
  /** Whether the user's last known position is from it; null: unknown, since location is unavailable. */
  readonly isSharing: boolean | null;
}

export interface RegisteredDevice {
  readonly id: string;
  /** Shown once: only its hash is kept. */
  readonly secret: string;
  readonly createdAt: Date;
}

const ID_BYTES = 12;
const SECRET_BYTES = 32;

export class RegisteredDevices {
  readonly #repositories: Pick<Repositories, 'transactions' | 'users' | 'devices' | 'revocations'>;
  readonly #sharingEnd: Pick<SharingEnd, 'stop'>;
  readonly #readSharingDevice: ReadSharingDevice;

  constructor(options: {
    repositories: Pick<Repositories, 'transactions' | 'users' | 'devices' | 'revocations'>;
    sharingEnd: Pick<SharingEnd, 'stop'>;
    readSharingDevice: ReadSharingDevice;
  }) {
    this.#repositories = options.repositories;
    this.#sharingEnd = options.sharingEnd;
    this.#readSharingDevice = options.readSharingDevice;
  }

  /**
   * Not idempotent: after `unavailable` there may be a device whose secret is not known. Rejects with `device_limit`, and with
   * `unauthorized` or `account_erased` if the token of the call has been revoked since: a sign-out deletes every device, and
   * none may be registered behind it by a call that was authenticated before.
   */
  async register(
    { user, issuedAt }: TokenHolder,
    { name, staysVisibleSeconds }: Pick<Device, 'name' | 'staysVisibleSeconds'>,
  ): Promise<RegisteredDevice> {
    const { transactions, users, devices, revocations } = this.#repositories;
    const id = randomBytes(ID_BYTES).toString('base64url');
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    await users.createIfNew(user);
    const createdAt = await transactions.run(async (transaction) => {
      await transaction.lockDevices(user);
      const exists = await transaction.lockUser(user);
      requireAdmitted(await revocations.revocationOf(user, transaction), issuedAt, exists);
      if ((await devices.count(transaction, user)) >= MAX_DEVICES) {
        throw new CodedError('device_limit', `At most ${MAX_DEVICES} devices can be registered. Remove one first.`);
      }
      const secretHash = createHash('sha256').update(secret).digest() as Buffer<ArrayBuffer>;
      return await devices.add(transaction, { id, user, name, secretHash, staysVisibleSeconds });
    });
    return { id, secret, createdAt };
  }

  /** The oldest first. */
  async devicesOf(user: UserId): Promise<ListedDevice[]> {
    const devices = await this.#repositories.devices.devicesOf(user);
    // A lost phone can be found and removed also while location is unavailable.
    const sharing = devices.length === 0 ? null : await this.#readSharingDevice(user).catch(unknownIfUnavailable);
    return devices.map((device) => ({
      ...device,
      isSharing: sharing === undefined ? null : sharing === markOfRegistered(device.id),
    }));
  }

  /**
   * Its secret is void when this resolves, and no viewer sees its position. Idempotent, also for an unknown id: after
   * `unavailable` the call is repeated, and ends the sharing of a device that is already removed.
   */
  async remove(user: UserId, id: string, signal?: AbortSignal): Promise<void> {
    await this.#repositories.devices.remove(user, id);
    // After the removal, so that no later report of the device is taken.
    if ((await this.#readSharingDevice(user)) === markOfRegistered(id)) await this.#sharingEnd.stop(user, signal);
  }
}

function unknownIfUnavailable(error: unknown): undefined {
  if (asCodedError(error).code !== 'unavailable') throw error;
}
