/** Writes the public key to where friend-graph reads it, so that only this service has a setting of it. */
import type { Bus } from '@nearby-friends/bus';
import { PUSH_KEY } from '@nearby-friends/protocol';
import type { CancelTimer, Clock, Component, Logger } from '@nearby-friends/service-kit';

const INTERVAL_MS = 10_000;
/** Longer than a deployment of a new version; then browsers learn that alerts are off. */
const EXPIRY_MS = 600_000;

export class PushKeyAnnouncer implements Component {
  readonly name = 'push key';
  readonly #redis: Pick<Bus['commands'], 'set'>;
  readonly #key: string;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #cancel: CancelTimer = () => undefined;

  constructor(options: { redis: Pick<Bus['commands'], 'set'>; key: string; clock: Clock; logger: Logger }) {
    this.#redis = options.redis;
    this.#key = options.key;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  start(): void {
    this.#write();
    this.#cancel = this.#clock.every(INTERVAL_MS, () => this.#write());
  }

  stop(): void {
    this.#cancel();
  }

  #write(): void {
    this.#redis.set(PUSH_KEY, this.#key, 'PX', EXPIRY_MS).catch((error: unknown) => {
      this.#logger.debug({ error }, 'the push key was not written');
    });
  }
}
