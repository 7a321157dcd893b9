/** The whole load on one build: clients spread over processes, played by one plan. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ChurnPlan } from './churn.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import type { MeasuredBy } from './load-client.ts';
import type { RunPlan, UserRange } from './schedule.ts';
import { clockSince, monotonicMs } from './shared-clock.ts';
import type { GraphShape } from './social-graph.ts';
import type { LastUpdates, Resumed, RunReport, WorkerStatus } from './worker-messages.ts';
import { WorkerProcess } from './worker-process.ts';

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
export interface LoadReport {
  readonly expected: number;
  readonly onTime: number;
  readonly late: number;
  readonly latencies: LatencyHistogram;
  readonly sendLags: LatencyHistogram;
  readonly framesIn: number;
  readonly bytesIn: number;
  readonly updatesSent: number;
}

interface LoadStatus extends Omit<WorkerStatus, 'signOns'> {
  readonly signOns: LatencyHistogram;
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
          return process.request({
            kind: 'setup',
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
    const connected = Promise.all(this.#processes.map((process) => process.request({ kind: 'connect' })));
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
    const reports = await this.#requestAll<RunReport>({ kind: 'run', plan });
    const latencies = new LatencyHistogram();
    const sendLags = new LatencyHistogram();
    for (const report of reports) {
      latencies.merge(report.latencies);
      sendLags.merge(report.sendLags);
    }
    const sum = (pick: (report: RunReport) => number): number => reports.reduce((all, one) => all + pick(one), 0);
    return {
      expected: sum(({ expected }) => expected),
      onTime: sum(({ onTime }) => onTime),
      late: sum(({ late }) => late),
      framesIn: sum(({ framesIn }) => framesIn),
      bytesIn: sum(({ bytesIn }) => bytesIn),
      updatesSent: sum(({ updatesSent }) => updatesSent),
      latencies,
      sendLags,
    };
  }

  async status(): Promise<LoadStatus> {
    const all = await this.#requestAll<WorkerStatus>({ kind: 'status' });
    const signOns = new LatencyHistogram();
    for (const one of all) signOns.merge(one.signOns);
    return {
      live: all.reduce((sum, { live }) => sum + live, 0),
      clients: all.reduce((sum, { clients }) => sum + clients, 0),
      lost: all.reduce((sum, { lost }) => sum + lost, 0),
      lastReason: all.map(({ lastReason }) => lastReason).find((reason) => reason !== '') ?? '',
      signOns,
    };
  }

  /** From now on, clients whose connection is lost come back to these ports; the count of sign-ons starts again. */
  async returnTo(ports: readonly number[]): Promise<void> {
    await this.#requestAll({ kind: 'return to', ports });
  }

  async pause(users: UserRange): Promise<void> {
    await this.#requestAll({ kind: 'pause', users });
  }

  /** Lets them read again until each shows the last report of all its friends among `senders`, at most 30 s. */
  async resume(users: UserRange, senders: UserRange): Promise<Resumed> {
    const newest = (await this.#requestAll<LastUpdates>({ kind: 'last updates', users: senders })).flat();
    const all = await this.#requestAll<Resumed>({ kind: 'resume', users, newest });
    const sum = (pick: (one: Resumed) => number): number => all.reduce((total, one) => total + pick(one), 0);
    return {
      tookMs: Math.max(...all.map(({ tookMs }) => tookMs)),
      outdated: sum(({ outdated }) => outdated),
      framesIn: sum(({ framesIn }) => framesIn),
      bytesIn: sum(({ bytesIn }) => bytesIn),
    };
  }

  /** These close their connections and stay away. */
  async leave(users: UserRange): Promise<void> {
    await this.#requestAll({ kind: 'leave', users });
  }

  /** From now on clients leave and come back at that rate; null: no more. */
  async churn(plan: ChurnPlan | null): Promise<void> {
    const processes = this.#processes.length;
    const each = plan === null ? null : { ...plan, perSecond: plan.perSecond / processes };
    await this.#requestAll({ kind: 'churn', plan: each });
  }

  async stop(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.stop()));
  }

  async #requestAll<Result>(command: Parameters<WorkerProcess['request']>[0]): Promise<Result[]> {
    return await Promise.all(this.#processes.map((process) => process.request<Result>(command)));
  }
}
