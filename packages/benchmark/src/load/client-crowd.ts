/** The clients of one load process: connects them at a bounded pace, brings lost ones back, and plays runs on them. */
import { setTimeout as delay } from 'node:timers/promises';
import { Timings } from '@nearby-friends/simulator/timings';
import { Churn, type ChurnPlan } from './churn.ts';
import { DeliveryLedger } from './delivery-ledger.ts';
import { LoadClient, type Traffic } from './load-client.ts';
import { randomAt } from './random-at.ts';
import { isIn, type RunPlan, Schedule, type UserRange } from './schedule.ts';
import { clockSince } from './shared-clock.ts';
import { signedToken } from './signed-token.ts';
import { makeGraph, type SocialGraph } from './social-graph.ts';
import { UpdateSender } from './update-sender.ts';
import { userName } from './user-names.ts';
import type { LastUpdates, Resumed, RunReport, WorkerSetup, WorkerStatus } from './worker-messages.ts';

/** All users are within this of the middle unless the graph says otherwise, degrees of longitude: some 900 m. */
const SPREAD_DEGREES = 0.01;
const MIDDLE_LONGITUDE = -122.4;
/** Clients per source address; the kernel has some 28,000 ports for each. */
const CLIENTS_PER_ADDRESS = 1_000;
const RETRY_MS = 200;
/** As socket.io-client does it by default. */
const RETURN_MIN_MS = 500;
const RETURN_SPREAD_MS = 1_000;
const CATCH_UP_DEADLINE_MS = 30_000;
/** Each poll goes through all lists. */
const POLL_MS = 25;

export class ClientCrowd {
  readonly #setup: WorkerSetup;
  readonly #now: () => number;
  readonly #graph: SocialGraph;
  readonly #ledger: DeliveryLedger;
  readonly #clients: LoadClient[];
  readonly #placeOf = new Map<number, number>();
  readonly #traffic: Traffic = { framesIn: 0, bytesIn: 0, updatesSent: 0 };
  readonly #ports: number[];
  #signOns = new Timings();
  #returnPorts: readonly number[] | null = null;
  #churn: Churn | null = null;
  #nextToConnect = 0;
  #live = 0;
  #lost = 0;
  #lastReason = '';
  #allLive: () => void = () => undefined;

  constructor(setup: WorkerSetup) {
    this.#setup = setup;
    this.#ports = [...setup.ports];
    this.#now = clockSince(setup.beginningMs);
    this.#graph = makeGraph(setup.graph);
    this.#ledger = new DeliveryLedger(this.#graph, setup.users);
    const surroundings = {
      now: this.#now,
      arrived: this.#ledger.arrived.bind(this.#ledger),
      live: (_client: LoadClient, tookMs: number) => this.#becameLive(tookMs),
      lost: (client: LoadClient, reason: string) => this.#becameLost(client, reason),
      traffic: this.#traffic,
    };
    this.#clients = setup.users.map((user, place) => {
      this.#placeOf.set(user, place);
      const { seed, spreadDegrees = SPREAD_DEGREES } = setup.graph;
      const lng = MIDDLE_LONGITUDE + spreadDegrees * (randomAt(seed + 3, user) * 2 - 1);
      const token = signedToken(userName(user), setup.jwtSecret);
      return new LoadClient({ user, token, lng, distances: setup.distances, surroundings });
    });
  }

  /** Resolves when all are live. */
  async connect(): Promise<void> {
    const all = new Promise<void>((resolve) => {
      this.#allLive = resolve;
    });
    for (let started = 0; started < this.#setup.connectingAtOnce; started += 1) this.#connectNext();
    if (this.#clients.length > 0) await all;
  }

  async run(plan: RunPlan): Promise<RunReport> {
    const schedule = new Schedule(plan, this.#graph.users, this.#setup.graph.seed);
    const sender = new UpdateSender(this.#clients, plan, schedule, this.#now);
    await this.#until(plan.startMs);
    this.#ledger.begin(plan, schedule);
    sender.start();
    await this.#until(plan.measureFromMs);
    const before = { ...this.#traffic };
    await this.#until(plan.measureToMs);
    const after = { ...this.#traffic };
    // Only for what has not come is there something to wait for.
    while (!this.#ledger.isComplete && this.#now() < plan.endMs) await delay(POLL_MS);
    sender.stop();
    const { latencies, ...count } = this.#ledger.end();
    return {
      ...count,
      latencies: latencies.bins(),
      sendLags: sender.lags.bins(),
      framesIn: after.framesIn - before.framesIn,
      bytesIn: after.bytesIn - before.bytesIn,
      updatesSent: after.updatesSent - before.updatesSent,
    };
  }

  returnTo(ports: readonly number[]): void {
    this.#returnPorts = ports;
    this.#signOns = new Timings();
  }

  pause(users: UserRange): void {
    for (const client of this.#in(users)) client.pause();
  }

  lastUpdates(users: UserRange): LastUpdates {
    return this.#in(users).flatMap(({ user, lastUpdateMs }) =>
      lastUpdateMs === null ? [] : [[user, lastUpdateMs] as const],
    );
  }

  /** Lets them read again, and waits until each shows what is the newest of its friends. */
  async resume(users: UserRange, newest: LastUpdates): Promise<Resumed> {
    const paused = this.#in(users);
    const newestOf = new Map(newest);
    const outdated = (): number => paused.reduce((sum, { user }) => sum + this.#ledger.outdated(user, newestOf), 0);
    const startedAt = this.#now();
    const before = { ...this.#traffic };
    for (const client of paused) client.resume();
    while (outdated() > 0 && this.#now() - startedAt < CATCH_UP_DEADLINE_MS) await delay(POLL_MS);
    return {
      tookMs: this.#now() - startedAt,
      outdated: outdated(),
      framesIn: this.#traffic.framesIn - before.framesIn,
      bytesIn: this.#traffic.bytesIn - before.bytesIn,
    };
  }

  leave(users: UserRange): void {
    for (const client of this.#in(users)) client.close();
    this.#live = this.#countLive();
  }

  churn(plan: ChurnPlan | null): void {
    this.#churn?.stop();
    this.#churn = plan === null ? null : new Churn(this.#clients, plan, (client) => this.#connect(client));
  }

  status(): WorkerStatus {
    return {
      live: this.#countLive(),
      clients: this.#clients.length,
      lost: this.#lost,
      lastReason: this.#lastReason,
      signOns: this.#signOns.bins(),
    };
  }

  #in(users: UserRange): LoadClient[] {
    return this.#clients.filter(({ user }) => isIn(users, user));
  }

  #countLive(): number {
    return this.#clients.filter(({ state }) => state === 'live').length;
  }

  #connectNext(): void {
    const client = this.#clients[this.#nextToConnect];
    if (client === undefined) return;
    this.#nextToConnect += 1;
    this.#connect(client);
  }

  #connect(client: LoadClient): void {
    const place = this.#placeOf.get(client.user) ?? 0;
    const subnet = 1 + Math.floor(place / CLIENTS_PER_ADDRESS);
    client.connect(this.#ports[place] ?? 0, `127.${this.#setup.network}.${subnet}.1`);
  }

  #becameLive(tookMs: number): void {
    this.#live += 1;
    this.#signOns.add(tookMs);
    this.#connectNext();
    if (this.#live === this.#clients.length) this.#allLive();
  }

  #becameLost(client: LoadClient, reason: string): void {
    this.#lost += 1;
    this.#lastReason = reason;
    this.#live = this.#countLive();
    const place = this.#placeOf.get(client.user) ?? 0;
    const ports = this.#returnPorts;
    if (ports !== null) this.#ports[place] = ports[place % ports.length] ?? 0;
    // A client that was never live tries the same gateway again, so that all come to be connected.
    const waitMs = ports === null ? RETRY_MS : RETURN_MIN_MS + Math.random() * RETURN_SPREAD_MS;
    setTimeout(() => this.#connect(client), waitMs);
  }

  async #until(timeMs: number): Promise<void> {
    const waitMs = timeMs - this.#now();
    if (waitMs > 0) await delay(waitMs);
  }
}
