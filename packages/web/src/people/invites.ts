/** The open invites of the user, re-read from the server after every change. */
import type { Api, Invite, InviteWithCode, NewInvite } from '@nearby-friends/client';
import { signal } from '@preact/signals';

export class Invites {
  /** Empty before they were read. */
  readonly list = signal<readonly Invite[]>([]);
  readonly #api: Api['invites'];
  #reads = 0;

  constructor(options: { readonly api: Api['invites'] }) {
    this.#api = options.api;
  }

  /** Of several reads the one that began last counts; a failure leaves the list as it is. */
  async reload(): Promise<void> {
    const read = ++this.#reads;
    const invites = await this.#api.list().catch(() => undefined);
    if (read === this.#reads && invites) this.list.value = invites;
  }

  /** The code is in the result only, and is not kept here. Rejects with a `NearbyError`. */
  async create(invite: NewInvite): Promise<InviteWithCode> {
    try {
      return await this.#api.create(invite);
    } finally {
      void this.reload();
    }
  }

  /** Rejects with a `NearbyError`. */
  async revoke(id: string): Promise<void> {
    try {
      await this.#api.revoke(id);
    } finally {
      void this.reload();
    }
  }
}
