/** Sends `friends:changed` to people's devices, beside the work that caused it. */
import type { FriendsChanged, UserId } from '@nearby-friends/protocol';
import type { Logger } from '@nearby-friends/service-kit';
import type { FriendGraphMetrics } from '../metrics/friend-graph-metrics.ts';

/** Port: tells every device of the user, whichever replica it is on; at most once, resolves when it is on its way. */
export type NotifyDevices = (user: UserId, friendsChanged: FriendsChanged) => Promise<unknown>;

export interface Notice {
  readonly user: UserId;
  readonly friendsChanged: FriendsChanged;
}

/** Someone with 5,000 friends leaves: the gateways are told of a few at a time. */
export const NOTICES_IN_FLIGHT = 32;
/** While no gateway takes any, the oldest are dropped rather than kept in memory. */
export const MAX_WAITING_NOTICES = 20_000;

/**
 * At most once: a notice only says that a list is worth reading again, and what a device missed it reads when it
 * connects. Nobody waits for it, so that the time of an answer does not tell whether somebody was notified.
 */
export class DeviceNotices {
  readonly name = 'device notices';
  readonly #notify: NotifyDevices;
  readonly #logger: Logger;
  readonly #metrics: FriendGraphMetrics;
  readonly #waiting: Notice[] = [];
  readonly #senders = new Set<Promise<void>>();
  /** Senders that wait for a gateway's answer; the others are about to take the next notice. */
  #busy = 0;

  constructor(options: { notify: NotifyDevices; logger: Logger; metrics: FriendGraphMetrics }) {
    this.#notify = options.notify;
    this.#logger = options.logger;
    this.#metrics = options.metrics;
  }

  send(notices: readonly Notice[]): void {
    this.#waiting.push(...notices);
    const tooMany = this.#waiting.length - MAX_WAITING_NOTICES;
    if (tooMany > 0) {
      this.#waiting.splice(0, tooMany);
      this.#metrics.devicesNotTold.inc(tooMany);
    }
    while (this.#senders.size < NOTICES_IN_FLIGHT && this.#senders.size - this.#busy < this.#waiting.length) {
      const sender = this.#sendWaiting().finally(() => this.#senders.delete(sender));
      this.#senders.add(sender);
    }
  }

  /** Resolves when nothing waits. */
  async drain(): Promise<void> {
    while (this.#senders.size > 0) await Promise.all(this.#senders);
  }

  async #sendWaiting(): Promise<void> {
    // Not in the turn of the caller, whose answer goes first.
    await new Promise(setImmediate);
    for (let notice = this.#waiting.shift(); notice; notice = this.#waiting.shift()) {
      this.#busy++;
      try {
        await this.#notify(notice.user, notice.friendsChanged);
      } catch (error) {
        this.#metrics.devicesNotTold.inc();
        this.#logger.debug({ error }, 'no gateway took a notice');
      } finally {
        this.#busy--;
      }
    }
  }
}

/** "You two became friends", or "are no longer", to both. */
export function noticesToBoth(kind: 'accepted' | 'removed', one: UserId, other: UserId): Notice[] {
  return [
    { user: one, friendsChanged: { kind, userId: other } },
    { user: other, friendsChanged: { kind, userId: one } },
  ];
}
