/** Looks again and again, one look after the other. */
import type { CancelTimer, Clock, Component, Logger } from '@nearby-friends/service-kit';
import type { AlertsMetrics } from '../metrics/alerts-metrics.ts';
import type { NearLook } from './near-look.ts';
import type { NoticeWatch } from './notice-watch.ts';
import type { ViewerRoster } from './viewer-roster.ts';

export class Lookout implements Component {
  readonly name = 'lookout';
  readonly #roster: Pick<ViewerRoster, 'share'>;
  readonly #near: Pick<NearLook, 'lookAt'>;
  readonly #notices: Pick<NoticeWatch, 'look'>;
  readonly #lookMs: number;
  readonly #clock: Clock;
  readonly #metrics: AlertsMetrics;
  readonly #logger: Logger;
  #cancel: CancelTimer = () => undefined;
  #current: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: {
    roster: Pick<ViewerRoster, 'share'>;
    near: Pick<NearLook, 'lookAt'>;
    notices: Pick<NoticeWatch, 'look'>;
    lookMs: number;
    clock: Clock;
    metrics: AlertsMetrics;
    logger: Logger;
  }) {
    this.#roster = options.roster;
    this.#near = options.near;
    this.#notices = options.notices;
    this.#lookMs = options.lookMs;
    this.#clock = options.clock;
    this.#metrics = options.metrics;
    this.#logger = options.logger;
  }

  start(): void {
    this.#next(0);
  }

  async drain(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    await this.#current;
  }

  /** The next look begins one interval after this one began, or at once when it took longer. */
  #next(ms: number): void {
    if (this.#isStopped) return;
    this.#cancel = this.#clock.after(ms, () => {
      const startedAt = this.#clock.now();
      this.#current = this.#look().then(() => this.#next(Math.max(0, startedAt + this.#lookMs - this.#clock.now())));
    });
  }

  /** Never rejects: the next look makes up for one that fails. */
  async #look(): Promise<void> {
    const stopTimer = this.#metrics.lookSeconds.startTimer();
    const results = await Promise.allSettled([this.#notices.look(), this.#lookAround()]);
    stopTimer();
    const failed = results.find((result) => result.status === 'rejected');
    this.#metrics.looks.inc({ outcome: failed ? 'failed' : 'done' });
    if (failed) this.#logger.warn({ error: failed.reason }, 'look failed');
  }

  async #lookAround(): Promise<void> {
    const viewers = await this.#roster.share();
    this.#metrics.last.viewers = viewers.length;
    await this.#near.lookAt(viewers, () => this.#isStopped);
  }
}
