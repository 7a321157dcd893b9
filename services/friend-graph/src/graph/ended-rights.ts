/** Tells users' devices when a pause or a grant has ended by itself. */
import type { CancelTimer, Clock, Component, Logger } from '@nearby-friends/service-kit';
import type { Repositories } from '../database/create-repositories.ts';
import type { DeviceNotices } from './device-notices.ts';

/** A device hears of an end at most about this much later. Gateways apply it by themselves, at the end. */
const LOOK_INTERVAL_MS = 1_000;
/** Timers of several replicas do not fire at the same moment: the replica that comes a little early takes the turn. */
const EARLY_MS = 200;

/** Runs on every replica; each end is noticed by one of them. At most once, like every notice. */
export class EndedRights implements Component {
  readonly name = 'ended rights';
  readonly #repositories: Pick<Repositories, 'transactions' | 'endedRights'>;
  readonly #notices: DeviceNotices;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #cancelTimer: CancelTimer = () => undefined;
  #current: Promise<void> | undefined;

  constructor(options: {
    repositories: Pick<Repositories, 'transactions' | 'endedRights'>;
    notices: DeviceNotices;
    clock: Clock;
    logger: Logger;
  }) {
    this.#repositories = options.repositories;
    this.#notices = options.notices;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  start(): void {
    this.#cancelTimer = this.#clock.every(LOOK_INTERVAL_MS, () => {
      // A slow database must not collect looks.
      this.#current ??= this.#look().finally(() => {
        this.#current = undefined;
      });
    });
  }

  async drain(): Promise<void> {
    this.#cancelTimer();
    await this.#current;
  }

  async #look(): Promise<void> {
    const { transactions, endedRights } = this.#repositories;
    try {
      const ended = await transactions.run((transaction) =>
        endedRights.takeNew(transaction, LOOK_INTERVAL_MS - EARLY_MS),
      );
      if (ended === null) return;
      this.#notices.send(ended.sharing.map((user) => ({ user, changed: 'sharing' })));
      this.#notices.send(ended.viewers.map((user) => ({ user, changed: 'viewers' })));
    } catch (error) {
      // The next look covers this one's time as well.
      this.#logger.debug({ error }, 'looking for ended rights failed');
    }
  }
}
