/** Plays a dataset against a deployment with one real client per user, and compares what they see with the oracle. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DEFAULT_RADIUS_METERS, type UserId } from '@nearby-friends/protocol';
import { signInAll } from '../client/sign-in-all.ts';
import type { SimulatedClient } from '../client/simulated-client.ts';
import { byNumberOfFriends } from '../dataset/friendships.ts';
import { type Movement, within } from '../dataset/movements.ts';
import { Measurements } from '../measure/measurements.ts';
import { convergenceDeadlineMs, oracleRules } from '../oracle/tolerances.ts';
import type { OracleRules } from '../oracle/verdict.ts';
import { wallClock } from '../plain/wall-clock.ts';
import { type CheckpointResult, runCheckpoint } from './checkpoint.ts';
import { Disturbances } from './disturbances.ts';
import type { ReplayOptions } from './replay-options.ts';
import { type ReplayReport, reportOf } from './replay-report.ts';
import { Schedule } from './schedule.ts';

const WATCHED_VIEWERS = 6;
const TICK_MS = 10;
const PROGRESS_EVERY_MS = 250;

/**
 * Signs all users in, plays, compares, closes. Throws {@link RemedyError} when the deployment cannot be used, what a
 * disturbance failed with, or the signal's reason; differences are no error but part of the report.
 */
export function replay(options: ReplayOptions): Promise<ReplayReport> {
  return new Replay(options).run();
}

class Replay {
  readonly #options: ReplayOptions;
  readonly #movements: readonly Movement[];
  readonly #schedule: Schedule;
  readonly #disturbances: Disturbances;
  readonly #rules: OracleRules;
  readonly #watched: readonly UserId[];
  readonly #measurements = new Measurements(wallClock.now);
  readonly #results: CheckpointResult[] = [];
  readonly #clients = new Map<UserId, SimulatedClient>();
  #progressAt = Number.NEGATIVE_INFINITY;

  constructor(options: ReplayOptions) {
    const { friendships, window, speed, radiusMeters = DEFAULT_RADIUS_METERS, deploymentTtlMs: ttlMs } = options;
    this.#options = options;
    this.#movements = within(options.movements, window);
    this.#schedule = new Schedule({ movements: this.#movements, window, speed, now: wallClock.now });
    this.#disturbances = new Disturbances(options.atFraction ?? []);
    this.#rules = oracleRules({ radiusMeters, ttlMs });
    const movers = new Set(this.#movements.map(({ user }) => user));
    this.#watched = byNumberOfFriends(friendships)
      .filter((user) => movers.has(user))
      .slice(0, WATCHED_VIEWERS);
  }

  async run(): Promise<ReplayReport> {
    const startedAt = wallClock.now();
    const lag = monitorEventLoopDelay({ resolution: TICK_MS });
    lag.enable();
    try {
      await this.#signIn();
      await this.#play();
      await this.#compareAtEnd();
    } finally {
      lag.disable();
      for (const client of this.#clients.values()) client.close();
    }
    return reportOf({
      checkpoints: this.#results,
      measured: this.#measurements.measured(),
      users: this.#clients.size,
      movements: this.#movements.length,
      wallMs: wallClock.now() - startedAt,
      simulatorLagMs: lag.max / 1e6,
    });
  }

  async #signIn(): Promise<void> {
    const { friendships, url, transport = 'websocket' } = this.#options;
    await signInAll({
      users: [...new Set([...friendships.keys(), ...this.#movements.map(({ user }) => user)])],
      url,
      transport,
      radiusMeters: this.#rules.radiusMeters,
      setsRadius: this.#options.radiusMeters !== undefined,
      clock: wallClock,
      observer: this.#measurements,
      onConnected: (client) => {
        this.#clients.set(client.user, client);
        this.#reportProgress('signing in');
        this.#options.signal?.throwIfAborted();
      },
    });
  }

  async #play(): Promise<void> {
    const { checkpoints = 0 } = this.#options;
    this.#schedule.start();
    while (this.#schedule.fraction < 1) {
      for (const movement of this.#schedule.takeDue()) this.#clients.get(movement.user)?.report(movement);
      this.#disturbances.beginDue(this.#schedule.fraction);
      const next = (this.#results.length + 1) / (checkpoints + 1);
      if (next < 1 && this.#schedule.fraction >= next) await this.#compare(`${Math.round(next * 100)} %`);
      this.#reportProgress('playing');
      await this.#pause(TICK_MS);
    }
    for (const movement of this.#schedule.takeDue()) this.#clients.get(movement.user)?.report(movement);
  }

  async #compareAtEnd(): Promise<void> {
    this.#disturbances.beginDue(1);
    await this.#disturbances.ended();
    await this.#compare('end');
    // S5 for all users at once: none reports any more, so every list must become empty by itself.
    this.#reportProgress('waiting for expiry');
    await this.#pause(this.#rules.ttlMs + this.#rules.lateMs);
    await this.#compare('expiry', 0);
  }

  /** Time stands still meanwhile: the rest of the schedule is shifted. */
  async #compare(label: string, deadlineMs = convergenceDeadlineMs(this.#rules.ttlMs)): Promise<void> {
    this.#schedule.stop();
    this.#reportProgress(`comparing ${label}`);
    const result = await runCheckpoint({
      label,
      clients: [...this.#clients.values()],
      friendships: this.#options.friendships,
      latestOf: (user) => this.#schedule.latestOf(user),
      rules: this.#rules,
      deadlineMs,
      clock: wallClock,
    });
    this.#results.push(result);
    this.#schedule.start();
  }

  async #pause(ms: number): Promise<void> {
    await wallClock.pause(ms);
    this.#options.signal?.throwIfAborted();
  }

  #reportProgress(phase: string): void {
    const now = wallClock.now();
    if (now - this.#progressAt < PROGRESS_EVERY_MS) return;
    this.#progressAt = now;
    const { friendships, onProgress } = this.#options;
    onProgress?.({
      phase,
      fraction: this.#schedule.fraction,
      datasetMs: this.#schedule.datasetMs,
      movementsPlayed: this.#schedule.played,
      clientsOnline: [...this.#clients.values()].filter(({ online }) => online).length,
      watched: this.#watched.map((viewer) => ({
        viewer,
        friends: friendships.get(viewer)?.size ?? 0,
        shown: this.#clients.get(viewer)?.shown,
      })),
    });
  }
}
