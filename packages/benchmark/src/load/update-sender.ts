/** Sends every user's report at its scheduled time: an open loop, which does not wait for responses. */
import { Timings } from '@nearby-friends/simulator/timings';
import type { LoadClient } from './load-client.ts';
import { isIn, type RunPlan, type Schedule } from './schedule.ts';

export class UpdateSender {
  /** How late reports were, while measuring. */
  readonly lags = new Timings();
  readonly #clients: LoadClient[];
  readonly #plan: RunPlan;
  readonly #schedule: Schedule;
  readonly #now: () => number;
  #next = 0;
  #round = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(clients: readonly LoadClient[], plan: RunPlan, schedule: Schedule, now: () => number) {
    this.#plan = plan;
    this.#schedule = schedule;
    this.#now = now;
    // In the order of their phases, and that is random: each round of reports then goes through them once.
    this.#clients = clients
      .filter(({ user }) => isIn(plan.senders, user))
      .sort((a, b) => schedule.phaseOf(a.user) - schedule.phaseOf(b.user));
  }

  start(): void {
    if (this.#clients.length > 0) this.#sendDue();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #sendDue(): void {
    const { measureFromMs, measureToMs, endMs } = this.#plan;
    const now = this.#now();
    if (now >= endMs) return;
    let wait = 0;
    for (;;) {
      const client = this.#clients[this.#next];
      if (client === undefined) return;
      const due = this.#schedule.timeOf(client.user, this.#round);
      if (due > now) {
        wait = due - now;
        break;
      }
      client.report(due);
      if (due >= measureFromMs && due < measureToMs) this.lags.add(now - due);
      this.#next += 1;
      if (this.#next === this.#clients.length) {
        this.#next = 0;
        this.#round += 1;
      }
    }
    this.#timer = setTimeout(() => this.#sendDue(), Math.max(1, wait));
  }
}
