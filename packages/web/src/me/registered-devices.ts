/** The devices that the user has registered, re-read from the server after every change. */
import type { Api, DeviceWithSecret, ListedDevice, NearbyError, NewDevice } from '@nearby-friends/client';
import { signal } from '@preact/signals';

export class RegisteredDevices {
  /** Null: not read yet. */
  readonly list = signal<readonly ListedDevice[] | null>(null);
  /** Why the list could not be read. Null while it is up to date. */
  readonly problem = signal<NearbyError | null>(null);
  readonly #api: Api['devices'];
  #reads = 0;

  constructor(options: { readonly api: Api['devices'] }) {
    this.#api = options.api;
  }

  /** Of several reads the one that began last counts. */
  async reload(): Promise<void> {
    const read = ++this.#reads;
    try {
      const devices = await this.#api.list();
      if (read !== this.#reads) return;
      this.list.value = devices;
      this.problem.value = null;
    } catch (error) {
      if (read === this.#reads) this.problem.value = error as NearbyError;
    }
  }

  /** The secret is in the result only, and is not kept here. */
  async register(device: NewDevice): Promise<DeviceWithSecret> {
    try {
      return await this.#api.register(device);
    } finally {
      // Also after an error, which may not say whether the device is registered.
      void this.reload();
    }
  }

  async remove(id: string): Promise<void> {
    try {
      await this.#api.remove(id);
    } finally {
      void this.reload();
    }
  }
}
