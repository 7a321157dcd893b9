/** Tells users' devices that a list or a setting has changed, independently of the change that caused it. */
import type { DeviceNotice, UserId } from '@nearby-friends/protocol';
import type { Logger } from '@nearby-friends/service-kit';
import type { FriendGraphMetrics } from '../metrics/friend-graph-metrics.ts';

/** Port: notifies every device of the user on any gateway, at most once; resolves when the message is on its way. */
export type NotifyDevices = (notice: DeviceNotice) => Promise<unknown>;

/** Limits the load on gateways when a user with 5,000 friends is erased. */
export const NOTICES_IN_FLIGHT = 32;
/** Bounds the memory while no gateway accepts notices: the oldest are dropped. */
export const MAX_WAITING_NOTICES = 20_000;

/**
 * At-most-once: a notice only says that a list is worth reading again, and a device reads its lists when it connects.
 * No caller waits for a notice, so that the response time does not reveal whether another user was notified.
 */
export class DeviceNotices {
  readonly name = 'device notices';
  readonly #notify: NotifyDevices;
  readonly #logger: Logger;
  readonly #metrics: FriendGraphMetrics;
  readonly #waiting: DeviceNotice[] = [];
  readonly #senders = new Set<Promise<void>>();
  /** Senders that wait for a gateway; the others are about to take the next notice. */
  #busy = 0;

  constructor(options: { notify: NotifyDevices; logger: Logger; metrics: FriendGraphMetrics }) {
    this.#notify = options.notify;
    this.#logger = options.logger;
    this.#metrics = options.metrics;
  }

  send(notices: readonly DeviceNotice[]): void {
    this.#waiting.push(...notices);
    const excess = this.#waiting.length - MAX_WAITING_NOTICES;
    if (excess > 0) {
      this.#waiting.splice(0, excess);
      this.#metrics.deviceNoticesLost.inc(excess);
    }
    while (this.#senders.size < NOTICES_IN_FLIGHT && this.#senders.size - this.#busy < this.#waiting.length) {
      const sender = this.#sendWaiting().finally(() => this.#senders.delete(sender));
      this.#senders.add(sender);
    }
  }

  /** Resolves when no notice waits. */
  async drain(): Promise<void> {
    while (this.#senders.size > 0) await Promise.all(this.#senders);
  }

  async #sendWaiting(): Promise<void> {
    // Not in the caller's turn: its response goes first.
    await new Promise(setImmediate);
    for (let notice = this.#waiting.shift(); notice; notice = this.#waiting.shift()) {
      this.#busy++;
      try {
        await this.#notify(notice);
      } catch (error) {
        this.#metrics.deviceNoticesLost.inc();
        this.#logger.debug({ error }, 'device notice lost');
      } finally {
        this.#busy--;
      }
    }
  }
}

/** Notices to both users that they became friends, or no longer are. */
export function noticesToBoth(kind: 'accepted' | 'removed', one: UserId, other: UserId): DeviceNotice[] {
  return [
    { user: one, friendsChanged: { kind, userId: other } },
    { user: other, friendsChanged: { kind, userId: one } },
  ];
}
