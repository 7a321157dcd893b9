/** Keeps in Redis who looks and who is looked at, for the services without connections. */
import type { Bus } from '@nearby-friends/bus';
import { type UserId, VIEWING_LEASE_MS, viewedKey, viewingKey } from '@nearby-friends/protocol';
import type { Logger } from '@nearby-friends/service-kit';

/** At most once: a mark that is not written is one that has ended. */
export class ViewingMarks {
  readonly #redis: Pick<Bus['commands'], 'set' | 'del'>;
  readonly #logger: Logger;

  constructor(options: { redis: Pick<Bus['commands'], 'set' | 'del'>; logger: Logger }) {
    this.#redis = options.redis;
    this.#logger = options.logger;
  }

  /** The user looks, at some connection. */
  set(user: UserId): void {
    this.#write(this.#redis.set(viewingKey(user), '', 'PX', VIEWING_LEASE_MS));
  }

  /** The user does not look any more. */
  clear(user: UserId): void {
    this.#write(this.#redis.del(viewingKey(user)));
  }

  /** A viewer looks at the user. */
  viewed(user: UserId): void {
    this.#write(this.#redis.set(viewedKey(user), '', 'PX', VIEWING_LEASE_MS));
  }

  #write(written: Promise<unknown>): void {
    written.catch((error: unknown) => this.#logger.debug({ error }, 'a mark of viewing was not written'));
  }
}
