/** What every benchmark gets: its size and duration, a database server, and a sink for progress. */
import type { Database } from '@nearby-friends/local-stack';
import type { BenchDatabase, ManyEdges, MorePeople } from '../deploy/bench-database.ts';
import type { BuildKind } from '../deploy/deployed-build.ts';
import type { GraphShape } from '../load/social-graph.ts';
import type { Measurement } from '../measure/measurement.ts';
import { Trial, type TrialOptions } from '../measure/trial.ts';

export interface BenchSettings {
  /** 1 is the full size; 0.1 has a tenth of the clients. */
  readonly scale: number;
  /** Of each comparison. */
  readonly rounds: number;
  /** Of each measurement. */
  readonly seconds: number;
  readonly gateways: number;
  /** How long clients leave and come back in `memory`. */
  readonly churnMinutes: number;
  /** Of graph and phases. */
  readonly seed: number;
  /** Deliveries/s; undefined: searched for where it is needed. */
  readonly idiomaticHighest: number | undefined;
}

/** The idiomatic build that carries more, or the only one that was tried. */
export interface IdiomaticHighest {
  readonly kind: BuildKind;
  /** Deliveries/s of all its gateways together. */
  readonly highest: number;
}

/** What a crowd of our clients under the usual load showed. */
export interface CrowdReading {
  readonly load: Measurement;
  /** Bytes of all gateways: just after the load, some seconds later, and with garbage collected. */
  readonly busy: number;
  readonly idle: number;
  readonly collected: number;
  /** Of the last, what JavaScript uses, buffers included. */
  readonly used: number;
}

/** Below this many clients nothing is worth measuring, whatever the scale. */
const MIN_CLIENTS = 50;
/** Active friends of each user, as in the 10 M user reference case: 400, a tenth of them active. */
export const ACTIVE_FRIENDS = 40;
/** Load processes of one trial have consecutive networks. */
const NETWORKS_PER_TRIAL = 20;
const FIRST_NETWORK = 10;

export class BenchContext {
  readonly settings: BenchSettings;
  readonly log: (line: string) => void;
  /** What has been read in this run, by number of clients. */
  readonly crowds = new Map<number, CrowdReading>();
  /** What a benchmark has found in this run; undefined until then. */
  idiomatic: IdiomaticHighest | undefined;
  readonly #database: BenchDatabase;
  readonly #signal: AbortSignal;

  constructor(options: Pick<BenchContext, 'settings' | 'log'> & { database: BenchDatabase; signal: AbortSignal }) {
    this.settings = options.settings;
    this.log = options.log;
    this.#database = options.database;
    this.#signal = options.signal;
  }

  /** So many clients at the chosen scale, at most `most`. */
  clients(atFullScale: number, most = Number.MAX_SAFE_INTEGER): number {
    return Math.min(most, Math.max(MIN_CLIENTS, Math.round(atFullScale * this.settings.scale)));
  }

  graph(users: number, more: Partial<GraphShape> = {}): GraphShape {
    return { users, friends: ACTIVE_FRIENDS, seed: this.settings.seed, ...more };
  }

  /** Rejects when the benchmark was interrupted. */
  check(): void {
    this.#signal.throwIfAborted();
  }

  /** A database with that many edges, for as long as `work` takes. */
  async withManyEdges<Result>(shape: ManyEdges, work: (database: Database) => Promise<Result>): Promise<Result> {
    const database = await this.#database.withManyEdges(shape, (line) => {
      this.check();
      this.log(line);
    });
    try {
      return await work(database);
    } finally {
      await database.drop();
    }
  }

  /** A database with the users and friendships of that graph, for as long as `work` takes. */
  async withFriendships<Result>(graph: GraphShape, work: (database: Database) => Promise<Result>): Promise<Result> {
    this.check();
    const database = await this.#database.withFriendships(graph);
    try {
      return await work(database);
    } finally {
      await database.drop();
    }
  }

  /** Opens a trial of each build, all at once connected, one after the other; closes them whatever happens. */
  async withTrials<Result>(
    kinds: readonly BuildKind[],
    graph: GraphShape,
    work: (trials: readonly Trial[]) => Promise<Result>,
    more: Partial<TrialOptions> & { readonly people?: MorePeople } = {},
  ): Promise<Result> {
    const { people, ...options } = more;
    this.check();
    this.log(`${graph.users} users with ${graph.friends} active friends each are put into PostgreSQL`);
    const database: Database = await this.#database.withFriendships(graph, people);
    const trials: Trial[] = [];
    try {
      for (const [place, build] of kinds.entries()) {
        this.check();
        trials.push(
          await Trial.open({
            build,
            graph,
            databaseUrl: database.url,
            gateways: this.settings.gateways,
            network: FIRST_NETWORK + place * NETWORKS_PER_TRIAL,
            progress: (line) => {
              this.check();
              this.log(line);
            },
            ...options,
          }),
        );
      }
      return await work(trials);
    } finally {
      for (const trial of trials) await trial.stop();
      await database.drop();
    }
  }

  /** The same with one trial. */
  async withTrial<Result>(
    kind: BuildKind,
    graph: GraphShape,
    work: (trial: Trial) => Promise<Result>,
    more: Parameters<BenchContext['withTrials']>[3] = {},
  ): Promise<Result> {
    return await this.withTrials(
      [kind],
      graph,
      async ([trial]) => {
        if (trial === undefined) throw new Error('a trial was not opened');
        return await work(trial);
      },
      more,
    );
  }
}

/** Milliseconds between two reports of one user, so that all users together get that many deliveries/s. */
export function intervalFor(deliveriesPerSecond: number, edges: number): number {
  return (1_000 * edges) / deliveriesPerSecond;
}
