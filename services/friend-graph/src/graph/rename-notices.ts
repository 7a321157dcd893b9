/** Tells friends, and the user's own devices, that a display name has changed. */
import type { UserId } from '@nearby-friends/protocol';
import type { CancelTimer, Clock, Component, Logger } from '@nearby-friends/service-kit';
import type { EdgeRepository } from '../database/edge-repository.ts';
import type { FriendGraphMetrics } from '../metrics/friend-graph-metrics.ts';
import type { DeviceNotices } from './device-notices.ts';

/** Minimum interval between two tellings of one user, ms: with 5,000 friends each costs as many notices. */
export const RENAME_INTERVAL_MS = 10_000;

/** A user who was told of in this interval. */
interface Recent {
  readonly cancelTimer: CancelTimer;
  isOutdated: boolean;
}

/** At most once, like every notice. A notice has the id and not the name, which a device reads where only friends may. */
export class RenameNotices implements Component {
  readonly name = 'rename notices';
  readonly #edges: Pick<EdgeRepository, 'peopleAround'>;
  readonly #notices: Pick<DeviceNotices, 'send'>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #metrics: Pick<FriendGraphMetrics, 'deviceNoticesLost'>;
  readonly #recent = new Map<UserId, Recent>();
  readonly #inFlight = new Set<Promise<void>>();

  constructor(options: {
    edges: Pick<EdgeRepository, 'peopleAround'>;
    notices: Pick<DeviceNotices, 'send'>;
    clock: Clock;
    logger: Logger;
    metrics: Pick<FriendGraphMetrics, 'deviceNoticesLost'>;
  }) {
    this.#edges = options.edges;
    this.#notices = options.notices;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#metrics = options.metrics;
  }

  /** Call it after the commit. The first is told at once, and those that follow within the interval at its end. */
  send(user: UserId): void {
    const recent = this.#recent.get(user);
    if (recent) {
      recent.isOutdated = true;
      return;
    }
    const cancelTimer = this.#clock.after(RENAME_INTERVAL_MS, () => this.#endInterval(user));
    this.#recent.set(user, { cancelTimer, isOutdated: false });
    this.#tell(user);
  }

  /** Resolves when nothing is in flight. */
  async settled(): Promise<void> {
    await Promise.all(this.#inFlight);
  }

  async drain(): Promise<void> {
    for (const [user, { cancelTimer, isOutdated }] of this.#recent) {
      cancelTimer();
      if (isOutdated) this.#tell(user);
    }
    this.#recent.clear();
    await this.settled();
  }

  #endInterval(user: UserId): void {
    const recent = this.#recent.get(user);
    this.#recent.delete(user);
    if (recent?.isOutdated) this.send(user);
  }

  #tell(user: UserId): void {
    const telling = this.#tellAll(user).finally(() => this.#inFlight.delete(telling));
    this.#inFlight.add(telling);
  }

  async #tellAll(user: UserId): Promise<void> {
    try {
      const people = [user, ...(await this.#edges.peopleAround(user))];
      this.#notices.send(people.map((one) => ({ user: one, friendsChanged: { kind: 'renamed', userId: user } })));
    } catch (error) {
      this.#metrics.deviceNoticesLost.inc();
      this.#logger.debug({ error }, 'rename notices lost');
    }
  }
}
