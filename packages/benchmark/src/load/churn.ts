/** Lets clients leave and come back at a steady rate, as people do who open an app and close it. */
import type { LoadClient } from './load-client.ts';

export interface ChurnPlan {
  /** Clients who leave per second. */
  readonly perSecond: number;
  /** How long each stays away, ms. */
  readonly awayMs: number;
}

const TICK_MS = 20;

export class Churn {
  readonly #clients: readonly LoadClient[];
  readonly #plan: ChurnPlan;
  readonly #comeBack: (client: LoadClient) => void;
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout;
  #left = 0;
  #next = 0;

  /** Begins at once. `comeBack` connects a client again after it was closed. */
  constructor(clients: readonly LoadClient[], plan: ChurnPlan, comeBack: (client: LoadClient) => void) {
    this.#clients = clients;
    this.#plan = plan;
    this.#comeBack = comeBack;
    this.#timer = setInterval(() => this.#letLeave(), TICK_MS);
  }

  /** No further clients leave; those who are away still come back. */
  stop(): void {
    clearInterval(this.#timer);
  }

  /** Each in turn; one that is not connected right now is passed over. */
  #letLeave(): void {
    const due = Math.floor(((performance.now() - this.#startedAt) / 1_000) * this.#plan.perSecond);
    for (; this.#left < due; this.#left += 1) {
      const client = this.#clients[this.#next % this.#clients.length];
      this.#next += 1;
      if (client?.state !== 'live') continue;
      client.close();
      setTimeout(() => this.#comeBack(client), this.#plan.awayMs);
    }
  }
}
