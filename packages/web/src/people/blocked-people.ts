/** The users whom the user has blocked, re-read from the server after every change. */
import type { Api, Block, NearbyError } from '@nearby-friends/client';
import { signal } from '@preact/signals';

export class BlockedPeople {
  /** Null: not read yet. */
  readonly list = signal<readonly Block[] | null>(null);
  /** Why the list could not be read. Null while it is up to date. */
  readonly problem = signal<NearbyError | null>(null);
  readonly #api: Api['blocks'];
  #reads = 0;

  constructor(options: { readonly api: Api['blocks'] }) {
    this.#api = options.api;
  }

  /** Of several reads the one that began last counts. */
  async reload(): Promise<void> {
    const read = ++this.#reads;
    try {
      const blocks: Block[] = [];
      for await (const block of this.#api.all({ limit: 200 })) blocks.push(block);
      if (read !== this.#reads) return;
      this.list.value = blocks;
      this.problem.value = null;
    } catch (error) {
      if (read === this.#reads) this.problem.value = error as NearbyError;
    }
  }

  /** Ends a friendship, too. Neither sees the other any more when it resolves. */
  async block(userId: string): Promise<void> {
    try {
      await this.#api.add(userId);
    } finally {
      // Also after an error, which may not say whether it took effect.
      void this.reload();
    }
  }

  async unblock(userId: string): Promise<void> {
    try {
      await this.#api.remove(userId);
    } finally {
      void this.reload();
    }
  }
}
