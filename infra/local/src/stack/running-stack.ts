/** Knows the order in which the parts of a stack come up, change and go down. */
import { randomUUID } from 'node:crypto';
import type { RestartableProcess } from '../processes/restartable-process.ts';
import { supervise } from '../processes/supervise.ts';
import { GatewaySlots } from '../servers/gateway-slots.ts';
import type { Nginx } from '../servers/nginx.ts';
import type { Upstreams } from '../servers/nginx-config.ts';
import type { Postgres } from '../servers/postgres.ts';
import type { Redis } from '../servers/redis.ts';
import { residentsProcess } from './residents-process.ts';
import { ServiceGroup } from './service-group.ts';
import type { ServiceName, ServiceProcess } from './service-process.ts';
import type { Stack } from './stack.ts';
import { StackLog } from './stack-log.ts';
import {
  type CompleteStackOptions,
  checkEntryPoints,
  completeOptions,
  residentsEnvironment,
  type StackOptions,
  serviceEnvironment,
} from './stack-options.ts';
import { StackServers } from './stack-servers.ts';

/** When everything is to end at once, the databases still get this long to do it in order. */
const FORCED_STOP_MS = 2_000;
/** The residents have nothing to save. */
const RESIDENTS_STOP_MS = 2_000;

export class RunningStack implements Stack {
  readonly jwtSecret: string;
  readonly #options: CompleteStackOptions;
  readonly #log: StackLog;
  readonly #servers: StackServers;
  readonly #ending = new AbortController();
  readonly #places = new GatewaySlots();
  readonly #gateways: ServiceGroup;
  readonly #locations: ServiceGroup;
  readonly #friendGraphs: ServiceGroup;
  readonly #residents: RestartableProcess;
  #stopping: Promise<void> | undefined;

  constructor(options: StackOptions) {
    this.#options = completeOptions(options);
    this.#log = new StackLog(this.#options);
    this.#servers = new StackServers(this.#options, this.#log);
    this.jwtSecret = this.#options.jwtSecret;
    this.#gateways = this.#group('gateway');
    this.#locations = this.#group('location');
    this.#friendGraphs = this.#group('friend-graph');
    this.#residents = residentsProcess({
      entryPoint: this.#options.entryPoints.residents,
      people: this.#options.people,
      intervalSeconds: this.#options.reportSeconds,
      url: () => this.url,
      environment: () => residentsEnvironment(this.#options, this.#servers),
      onLine: (name, line) => this.#log.print(name, line),
    });
  }

  get url(): string {
    return this.nginx.url;
  }

  get databaseUrl(): string {
    return this.#servers.databaseUrl;
  }

  get redisUrl(): string {
    return this.#servers.redisUrl;
  }

  get postgres(): Postgres | undefined {
    return this.#servers.postgres;
  }

  get redis(): Redis | undefined {
    return this.#servers.redis;
  }

  get nginx(): Nginx {
    return this.#servers.nginx;
  }

  get gateways(): readonly ServiceProcess[] {
    return this.#gateways.processes;
  }

  get locations(): readonly ServiceProcess[] {
    return this.#locations.processes;
  }

  get friendGraphs(): readonly ServiceProcess[] {
    return this.#friendGraphs.processes;
  }

  /** See `startStack`. Nothing is cleaned up when it rejects: that is `forceStop()`. */
  async start(): Promise<void> {
    await checkEntryPoints(this.#options.entryPoints);
    for (const gateway of await planAll(this.#gateways, this.#options.gateways)) this.#places.add(gateway.port);
    await planAll(this.#locations, this.#options.locations);
    await planAll(this.#friendGraphs, this.#options.friendGraphs);

    const redis = this.#servers.startRedis();
    const schema = this.#servers.startDatabase();
    await this.#allOrNothing([
      redis,
      schema,
      this.#servers.startNginx(this.#upstreams()),
      redis.then(() => this.#startServices(this.#gateways, this.#locations)),
      Promise.all([redis, schema]).then(() => this.#startServices(this.#friendGraphs)),
    ]);
    for (const process of this.#everyProcess()) this.#supervise(process);
    if (this.#options.people > 0) void this.#settleResidents();
  }

  async addGateway(): Promise<ServiceProcess> {
    const gateway = await this.#gateways.plan();
    try {
      await gateway.start();
    } catch (error) {
      this.#gateways.remove(gateway);
      throw error;
    }
    this.#places.add(gateway.port);
    await this.nginx.reload(this.#upstreams());
    this.#supervise(gateway.process);
    return gateway;
  }

  async removeGateway(index: number): Promise<void> {
    const gateway = this.#gateways.processes[index];
    if (gateway === undefined) throw new RangeError(`There is no gateway ${index}; there are ${this.gateways.length}.`);
    // nginx keeps sending its polling clients there until it has ended: they must hear that it drains. New ones it
    // refuses, and nginx goes on to the next.
    await gateway.process.stop(this.#options.stopDeadlineMs);
    this.#gateways.remove(gateway);
    this.#places.remove(gateway.port);
    await this.nginx.reload(this.#upstreams());
  }

  async stop(): Promise<void> {
    this.#stopping ??= this.#stopInOrder();
    await this.#stopping;
  }

  async forceStop(): Promise<void> {
    this.#abandon();
    await this.#servers.stopNginx(0);
    await Promise.all([...this.#everyProcess(), this.#residents].map((process) => process.stop(FORCED_STOP_MS)));
    await this.#servers.stopData();
  }

  async #stopInOrder(): Promise<void> {
    const { stopDeadlineMs } = this.#options;
    this.#ending.abort();
    await this.#residents.stop(RESIDENTS_STOP_MS);
    // Nobody new comes in, but whoever is connected stays so, through nginx, until its gateway has said goodbye.
    this.#servers.quitNginx();
    await this.#gateways.stop(stopDeadlineMs);
    await Promise.all([
      this.#servers.stopNginx(),
      this.#locations.stop(stopDeadlineMs),
      this.#friendGraphs.stop(stopDeadlineMs),
    ]);
    await this.#servers.stopData();
  }

  /** Supervision ends, and services at once; whoever waits for them to become ready is told. */
  #abandon(): void {
    this.#ending.abort();
    for (const group of [this.#gateways, this.#locations, this.#friendGraphs]) group.kill();
    this.#residents.kill('SIGKILL');
  }

  /** Never rejects: whoever cannot come leaves the map empty, and the stack works all the same. */
  async #settleResidents(): Promise<void> {
    // Only what ends after it was ready is brought back, so this may come first; and they may end as soon as they are.
    this.#supervise(this.#residents);
    try {
      await this.#residents.start();
    } catch (error) {
      if (this.#ending.signal.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      this.#log.note(this.#residents.name, `nobody is on the map: ${reason}`);
    }
  }

  /** Waits for all to settle, so that nothing is still being started when the failure is told. */
  async #allOrNothing(steps: readonly Promise<unknown>[]): Promise<void> {
    const { signal } = this.#options;
    const failures: unknown[] = [];
    const abandon = (reason: unknown): void => {
      failures.push(reason);
      this.#abandon();
    };
    const onAbort = (): void => abandon(signal?.reason);
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    await Promise.all(steps.map((step) => step.catch(abandon)));
    signal?.removeEventListener('abort', onAbort);
    if (failures.length > 0) throw failures[0];
  }

  async #startServices(...groups: readonly ServiceGroup[]): Promise<void> {
    // Something else has failed meanwhile: nobody would end what is started now.
    this.#ending.signal.throwIfAborted();
    await Promise.all(groups.map((group) => group.start()));
  }

  #upstreams(): Upstreams {
    return {
      gateways: this.#places.servers(),
      friendGraphs: this.#friendGraphs.processes.map(({ port }) => ({ host: '127.0.0.1', port })),
    };
  }

  #group(service: ServiceName): ServiceGroup {
    return new ServiceGroup({
      service,
      // Instance ids are unique among all that share a Redis, and one that was given may be shared.
      instanceSuffix: this.#options.redisUrl === undefined ? '' : `-${randomUUID().slice(0, 6)}`,
      entryPoint: this.#options.entryPoints[service],
      readyDeadlineMs: this.#options.readyDeadlineMs,
      environment: () => serviceEnvironment(service, this.#options, this.#servers),
      onLine: (name, line) => this.#log.print(name, line),
    });
  }

  #everyProcess(): RestartableProcess[] {
    const services = [this.#gateways, this.#locations, this.#friendGraphs].flatMap(({ processes }) => processes);
    return [...this.#servers.processes(), ...services.map(({ process }) => process)];
  }

  #supervise(process: RestartableProcess): void {
    const events = {
      report: (name: string, sentence: string) => this.#log.note(name, sentence),
      onRestarted: (name: string) => this.#options.onRestarted?.(name),
    };
    supervise(process, events, this.#ending.signal);
  }
}

async function planAll(group: ServiceGroup, count: number): Promise<ServiceProcess[]> {
  for (let planned = 0; planned < count; planned += 1) await group.plan();
  return group.processes;
}
