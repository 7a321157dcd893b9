/** Simulates a city on a deployment for a while, and reports what its people experienced. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { UserId } from '@nearby-friends/protocol';
import type { Citizen } from '../city/citizen.ts';
import { ACK_TIMEOUT_MS, type SimulatedClient, type TransportChoice } from '../client/simulated-client.ts';
import type { TokenCache } from '../client/tokens.ts';
import { byNumberOfFriends, friendshipsOf } from '../dataset/friendships.ts';
import type { WallClock } from '../plain/wall-clock.ts';
import type { WatchedViewer } from '../replay/replay-options.ts';
import { Crowd } from './crowd.ts';
import { Experience, type Experienced } from './experience.ts';
import { type SimulationReport, simulationReport } from './simulation-report.ts';

export interface SimulationOptions {
  readonly citizens: readonly Citizen[];
  /** Must already stand in the deployment; here it is only shown. */
  readonly friendships: readonly (readonly [UserId, UserId])[];
  readonly url: string;
  readonly tokens: TokenCache;
  readonly clock: WallClock;
  readonly transport: TransportChoice;
  readonly radiusMeters?: number | undefined;
  readonly intervalMs: number;
  readonly arrivalsPerSecond: number;
  /** From the arrival of the last one; undefined: until the signal. */
  readonly durationMs: number | undefined;
  /** Called a few times a second. */
  readonly onProgress?: (progress: SimulationProgress) => void;
  /** Ends the simulation early, still with a report. */
  readonly signal: AbortSignal;
}

export interface SimulationProgress {
  readonly phase: 'arriving' | 'living';
  /** 0–1; undefined when there is no end. */
  readonly fraction: number | undefined;
  readonly online: number;
  readonly people: number;
  readonly experienced: Experienced;
  /** What the best-connected see now. */
  readonly watched: readonly WatchedViewer[];
}

/** Maximum delay of an update after it is due, while this process keeps up. */
const TICK_MS = 10;
const FRESHNESS_EVERY_MS = 1_000;
const PROGRESS_EVERY_MS = 500;
const WATCHED_VIEWERS = 4;
/** A client comes back from a restarted gateway within this time. */
const MAX_RECONNECT_WAIT_MS = 5_000;
/** Then no client waits for an acknowledgement any more. */
const MAX_ACK_WAIT_MS = ACK_TIMEOUT_MS + 500;

/** Rejects only for what is a mistake of ours: whatever the deployment does is in the report. */
export function simulate(options: SimulationOptions): Promise<SimulationReport> {
  return new Simulation(options).run();
}

class Simulation {
  readonly #options: SimulationOptions;
  readonly #experience: Experience;
  readonly #crowd: Crowd;
  readonly #watched: readonly Watched[];
  readonly #startedAt: number;
  #livesSince: number | undefined;
  #sampledAt: number;
  #shownAt = Number.NEGATIVE_INFINITY;

  constructor(options: SimulationOptions) {
    const { now } = options.clock;
    this.#options = options;
    this.#experience = new Experience(now);
    this.#crowd = new Crowd({ ...options, observer: this.#experience });
    this.#watched = bestConnected(this.#crowd.clients, options.friendships);
    this.#startedAt = now();
    this.#sampledAt = this.#startedAt;
  }

  async run(): Promise<SimulationReport> {
    const { clock, citizens, signal } = this.#options;
    const lag = monitorEventLoopDelay({ resolution: TICK_MS });
    lag.enable();
    try {
      while (!signal.aborted && this.#lived() < (this.#options.durationMs ?? Number.POSITIVE_INFINITY)) {
        this.#crowd.tick();
        if (this.#crowd.isComplete) this.#livesSince ??= clock.now();
        this.#sample();
        this.#reportProgress();
        await clock.pause(TICK_MS);
      }
      // Neither a client that is reconnecting nor an acknowledgement in flight counts against the deployment.
      await this.#until(() => this.#crowd.missing === 0, MAX_RECONNECT_WAIT_MS);
      await this.#until(() => this.#crowd.waiting === 0, MAX_ACK_WAIT_MS);
      return simulationReport({
        people: citizens.length,
        missing: this.#crowd.missing,
        wallMs: clock.now() - this.#startedAt,
        experienced: this.#experience.experienced(),
        simulatorLagMs: lag.max / 1e6,
      });
    } finally {
      lag.disable();
      this.#crowd.close();
    }
  }

  /** Since the last one arrived, ms. */
  #lived(): number {
    return this.#livesSince === undefined ? 0 : this.#options.clock.now() - this.#livesSince;
  }

  /** Of the arrivals and the life after them. */
  #fractionOf(durationMs: number): number {
    const { citizens, arrivalsPerSecond, clock } = this.#options;
    const arrivalsMs = (citizens.length * 1_000) / arrivalsPerSecond;
    return Math.min(1, (clock.now() - this.#startedAt) / (arrivalsMs + durationMs));
  }

  /** Until `holds`, at most `maxMs`. */
  async #until(holds: () => boolean, maxMs: number): Promise<void> {
    const { clock } = this.#options;
    const giveUpAt = clock.now() + maxMs;
    while (!holds() && clock.now() < giveUpAt) await clock.pause(TICK_MS);
  }

  #sample(): void {
    const now = this.#options.clock.now();
    if (now - this.#sampledAt < FRESHNESS_EVERY_MS) return;
    this.#sampledAt = now;
    this.#experience.sampleFreshness();
  }

  #reportProgress(): void {
    const { clock, durationMs, onProgress, citizens } = this.#options;
    const now = clock.now();
    if (onProgress === undefined || now - this.#shownAt < PROGRESS_EVERY_MS) return;
    this.#shownAt = now;
    onProgress({
      phase: this.#livesSince === undefined ? 'arriving' : 'living',
      fraction: durationMs === undefined ? undefined : this.#fractionOf(durationMs),
      online: this.#crowd.online,
      people: citizens.length,
      experienced: this.#experience.experienced(),
      watched: this.#watched.map(({ client, friends }) => ({ viewer: client.user, friends, shown: client.shown })),
    });
  }
}

interface Watched {
  readonly client: SimulatedClient;
  readonly friends: number;
}

function bestConnected(clients: readonly SimulatedClient[], friendships: SimulationOptions['friendships']): Watched[] {
  const friends = friendshipsOf(friendships);
  const best = byNumberOfFriends(friends).slice(0, WATCHED_VIEWERS);
  return best.flatMap((user) => {
    const client = clients.find((one) => one.user === user);
    return client === undefined ? [] : [{ client, friends: friends.get(user)?.size ?? 0 }];
  });
}
