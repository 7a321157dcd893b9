/** The whole load on one build: clients spread over processes, played by one plan. */
import { setTimeout as delay } from 'node:timers/promises';
import { Timings } from '@nearby-friends/simulator/timings';
import type { ChurnPlan } from './churn.ts';
import type { ClientCrowd } from './client-crowd.ts';
import type { MeasuredBy } from './load-client.ts';
import type { RunPlan, UserRange } from './schedule.ts';
import { clockSince, monotonicMs } from './shared-clock.ts';
import type { GraphShape } from './social-graph.ts';
import type { Resumed, RunReport, WorkerStatus } from './worker-messages.ts';
import { type CrowdMethod, WorkerProcess } from './worker-process.ts';

interface LoadOptions {
  readonly graph: GraphShape;
  readonly jwtSecret: string;
  /** Default: the client, as this project's own does. */
  readonly distances?: MeasuredBy | undefined;
  /** The port of the gateway of each user, by index; null: this user does not connect. */
  readonly portOf: (user: number) => number | null;
  /** Most clients per process; the test machines allow 20,000 open files. Default 5,000. */
  readonly clientsPerProcess?: number;
  /** Second octet of the first process' source addresses; another load beside this one needs another. */
  readonly network: number;
}

/** What one run of the load saw, over all its processes. */
export interface LoadReport extends Omit<RunReport, 'latencies' | 'sendLags'> {
  readonly latencies: Timings;
  readonly sendLags: Timings;
}

interface LoadStatus extends Omit<WorkerStatus, 'signOns'> {
  readonly signOns: Timings;
}

const PROGRESS_EVERY_MS = 2_000;
/** Without a further client that got its list for this long, something is wrong. */
const STUCK_MS = 60_000;
const DEFAULT_CLIENTS_PER_PROCESS = 5_000;
/** In all; more at once would be a storm, which is a separate benchmark. */
const CONNECTING_AT_ONCE = 256;

export class LoadGenerator {
  /** Milliseconds since the beginning of this load's time. */
  readonly now: () => number;
  readonly clients: number;
  readonly #processes: readonly WorkerProcess[];

  private constructor(processes: readonly WorkerProcess[], clients: number, now: () => number) {
    this.#processes = processes;
    this.clients = clients;
    this.now = now;
  }

  /** Starts the processes; no client is connected yet. */
  static async start(options: LoadOptions): Promise<LoadGenerator> {
    const { graph, jwtSecret, portOf, network, distances = 'client' } = options;
    const { clientsPerProcess = DEFAULT_CLIENTS_PER_PROCESS } = options;
    const all = Array.from({ length: graph.users + (graph.hubs ?? 0) }, (_, user) => ({
      user,
      port: portOf(user),
    }));
    const clients = all.filter((client): client is { user: number; port: number } => client.port !== null);
    const processCount = Math.max(1, Math.ceil(clients.length / clientsPerProcess));
    const beginningMs = monotonicMs();
    const processes = Array.from({ length: processCount }, () => new WorkerProcess());
    try {
      await Promise.all(
        processes.map((process, number) => {
          const own = clients.filter((_, place) => place % processCount === number);
          return process.setUp({
            beginningMs,
            graph,
            jwtSecret,
            distances,
            users: own.map(({ user }) => user),
            ports: own.map(({ port }) => port),
            connectingAtOnce: Math.ceil(CONNECTING_AT_ONCE / processCount),
            network: network + number,
          });
        }),
      );
    } catch (error) {
      await Promise.all(processes.map((process) => process.stop()));
      throw error;
    }
    return new LoadGenerator(processes, clients.length, clockSince(beginningMs));
  }

  get pids(): number[] {
    return this.#processes.map(({ pid }) => pid);
  }

  /**
   * Resolves when all clients have a first list. `progress` gets their number now and then. Rejects when that number
   * does not grow for a while, with the reason why the last connection was lost.
   */
  async connect(progress: (live: number) => void = () => undefined): Promise<void> {
    const connected = Promise.all(this.#processes.map((process) => process.call('connect')));
    // Not awaited any more if the loop below gives up first.
    connected.catch(() => undefined);
    let best = 0;
    let bestAt = this.now();
    for (;;) {
      const isDone = await Promise.race([connected.then(() => true), delay(PROGRESS_EVERY_MS, false)]);
      if (isDone) return;
      const { live, lastReason } = await this.status();
      progress(live);
      if (live > best) {
        best = live;
        bestAt = this.now();
      }
      if (this.now() - bestAt > STUCK_MS) {
        const reason = lastReason === '' ? 'their first list does not come' : lastReason;
        throw new Error(`only ${best} of ${this.clients} clients could be connected: ${reason}`);
      }
    }
  }

  async run(plan: RunPlan): Promise<LoadReport> {
    const reports = await this.#callAll('run', plan);
    return {
      ...sums(reports, ['expected', 'onTime', 'late', 'framesIn', 'bytesIn', 'updatesSent']),
      latencies: Timings.of(reports.map(({ latencies }) => latencies)),
      sendLags: Timings.of(reports.map(({ sendLags }) => sendLags)),
    };
  }

  async status(): Promise<LoadStatus> {
    const all = await this.#callAll('status');
    return {
      ...sums(all, ['live', 'clients', 'lost']),
      lastReason: all.map(({ lastReason }) => lastReason).find((reason) => reason !== '') ?? '',
      signOns: Timings.of(all.map(({ signOns }) => signOns)),
    };
  }

  /** From now on, clients whose connection is lost come back to these ports; the count of sign-ons starts again. */
  async returnTo(ports: readonly number[]): Promise<void> {
    await this.#callAll('returnTo', ports);
  }

  async pause(users: UserRange): Promise<void> {
    await this.#callAll('pause', users);
  }

  /** Lets them read again until each shows the last report of all its friends among `senders`, at most 30 s. */
  async resume(users: UserRange, senders: UserRange): Promise<Resumed> {
    const newest = (await this.#callAll('lastUpdates', senders)).flat();
    const all = await this.#callAll('resume', users, newest);
    return {
      tookMs: Math.max(...all.map(({ tookMs }) => tookMs)),
      ...sums(all, ['outdated', 'framesIn', 'bytesIn']),
    };
  }

  /** These close their connections and stay away. */
  async leave(users: UserRange): Promise<void> {
    await this.#callAll('leave', users);
  }

  /** From now on clients leave and come back at that rate; null: no more. */
  async churn(plan: ChurnPlan | null): Promise<void> {
    const processes = this.#processes.length;
    const each = plan === null ? null : { ...plan, perSecond: plan.perSecond / processes };
    await this.#callAll('churn', each);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.stop()));
  }

  async #callAll<Method extends CrowdMethod>(method: Method, ...args: Parameters<ClientCrowd[Method]>) {
    return await Promise.all(this.#processes.map((process) => process.call(method, ...args)));
  }
}

/** Of these figures, over all processes. */
function sums<Figure extends string>(
  all: readonly Readonly<Record<Figure, number>>[],
  figures: readonly Figure[],
): Record<Figure, number> {
  const summed = figures.map((figure) => [figure, all.reduce((sum, one) => sum + one[figure], 0)]);
  return Object.fromEntries(summed) as Record<Figure, number>;
}
