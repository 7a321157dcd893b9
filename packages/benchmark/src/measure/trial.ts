/** One build with all its clients connected, ready to be measured under one load after another. */
import { deployIdiomatic } from '../deploy/deploy-idiomatic.ts';
import { deployOurs } from '../deploy/deploy-ours.ts';
import type { BuildKind, DeployedBuild, ProcessGroup } from '../deploy/deployed-build.ts';
import type { MeasuredBy } from '../load/load-client.ts';
import { LoadGenerator, type LoadReport } from '../load/load-generator.ts';
import type { UserRange } from '../load/schedule.ts';
import type { GraphShape } from '../load/social-graph.ts';
import { type CpuAccounts, cpuBetween, readCpu } from './cpu-time.ts';
import { type Measurement, toMeasurement } from './measurement.ts';

export interface TrialOptions {
  readonly build: BuildKind;
  readonly databaseUrl: string;
  readonly graph: GraphShape;
  readonly gateways: number;
  readonly flushIntervalMs?: number;
  readonly gatewayEnvironment?: Readonly<Record<string, string>>;
  /** Which gateway (0, 1 …) takes that user; null: the user stays away. Default: one after the other. */
  readonly gatewayOf?: (user: number) => number | null;
  /** Second octet of the source addresses; trials that live at the same time differ by at least 10. Default 10. */
  readonly network?: number;
  /** Who measures what changes because a viewer moves. Default: the client. */
  readonly distances?: MeasuredBy;
  readonly progress?: (line: string) => void;
}

export interface LoadPlan {
  /** Between two reports of one user, ms. */
  readonly intervalMs: number;
  readonly seconds: number;
  /** Before measuring begins. Default 2,000. */
  readonly warmUpMs?: number;
  /** Who reports, and whose lists are measured. Default: all users. */
  readonly senders?: UserRange;
  readonly viewers?: UserRange;
  /** Runs while it is measured. */
  readonly meanwhile?: () => Promise<unknown>;
}

/** Between the command to the load processes and their start. */
const LEAD_MS = 200;
const WARM_UP_MS = 2_000;
/** What takes longer than the bound and this is counted as missing. */
const GRACE_MS = 1_000;
const GROUPS: readonly (ProcessGroup | 'load')[] = ['gateway', 'location', 'friend-graph', 'redis', 'load'];

export class Trial {
  readonly build: DeployedBuild;
  readonly load: LoadGenerator;

  private constructor(build: DeployedBuild, load: LoadGenerator) {
    this.build = build;
    this.load = load;
  }

  /** Deploys the build and connects all clients; rejects with nothing left running. */
  static async open(options: TrialOptions): Promise<Trial> {
    const { databaseUrl, gateways, graph, network = 10, progress = () => undefined } = options;
    const { build: kind, gatewayOf = (user: number) => user % gateways } = options;
    const build =
      kind === 'ours'
        ? await deployOurs({ ...options })
        : await deployIdiomatic({ adapter: kind, databaseUrl, gateways });
    let load: LoadGenerator | undefined;
    try {
      load = await LoadGenerator.start({
        graph,
        jwtSecret: build.jwtSecret,
        distances: options.distances,
        network,
        portOf: (user) => {
          const gateway = gatewayOf(user);
          return gateway === null ? null : (build.gateways[gateway]?.port ?? null);
        },
      });
      const { clients } = load;
      await load.connect((live) => progress(`${kind}: ${live} of ${clients} clients have their list`));
      return new Trial(build, load);
    } catch (error) {
      await load?.stop();
      await build.stop();
      throw error;
    }
  }

  async measure(plan: LoadPlan): Promise<Measurement> {
    const { intervalMs, seconds, warmUpMs = WARM_UP_MS, meanwhile } = plan;
    const all: UserRange = [0, Number.MAX_SAFE_INTEGER];
    const { load, build } = this;
    const startMs = Math.ceil(load.now()) + LEAD_MS;
    const measureFromMs = startMs + warmUpMs;
    const measureToMs = measureFromMs + seconds * 1_000;
    const running = load.run({
      startMs,
      intervalMs,
      measureFromMs,
      measureToMs,
      endMs: measureToMs + boundOf(build) + GRACE_MS,
      onTimeMs: boundOf(build),
      senders: plan.senders ?? all,
      viewers: plan.viewers ?? all,
    });
    const cpu = this.#cpuBetween(measureFromMs, measureToMs, meanwhile);
    const [report, cpuNs] = (await Promise.all([running, cpu])) as [LoadReport, Record<string, number>];
    return toMeasurement({ build: build.kind, clients: load.clients, seconds, report, cpuNs });
  }

  async stop(): Promise<void> {
    await this.load.stop();
    await this.build.stop();
  }

  async #cpuBetween(fromMs: number, toMs: number, meanwhile?: () => Promise<unknown>): Promise<Record<string, number>> {
    await until(this.load.now, fromMs);
    const before = await this.#cpu();
    const other = meanwhile?.();
    // Its rejection is handled below, where it is awaited.
    other?.catch(() => undefined);
    await until(this.load.now, toMs);
    const after = await this.#cpu();
    await other;
    return Object.fromEntries(
      [...after].map(([name, accounts]) => [name, cpuBetween(before.get(name) ?? new Map(), accounts)]),
    );
  }

  async #cpu(): Promise<ReadonlyMap<string, CpuAccounts>> {
    const pids = { ...this.build.pids(), load: this.load.pids };
    return new Map(await Promise.all(GROUPS.map(async (group) => [group, await readCpu(pids[group])] as const)));
  }
}

/** The latency (ms) within which a delivery is on time: of the idiomatic build, the bound its highest load is held to. */
function boundOf({ kind, flushIntervalMs }: DeployedBuild): number {
  return kind === 'ours' ? flushIntervalMs + 50 : 300;
}

async function until(now: () => number, timeMs: number): Promise<void> {
  const waitMs = timeMs - now();
  if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
}
