/** Starts, changes and stops the parts of a stack in order. */
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

/** The databases' deadline for an orderly end in a forced stop. */
const FORCED_STOP_MS = 2_000;
/** Short: the residents have no data to save. */
const RESIDENTS_STOP_MS = 2_000;

export class RunningStack implements Stack {
  readonly jwtSecret: string;
  readonly #options: CompleteStackOptions;
  readonly #log: StackLog;
  readonly #servers: StackServers;
  readonly #ending = new AbortController();
  readonly #gatewaySlots = new GatewaySlots();
  readonly #gateways: ServiceGroup;
  readonly #locations: ServiceGroup;
  readonly #friendGraphs: ServiceGroup;
  readonly #ingests: ServiceGroup;
  readonly #alerts: ServiceGroup;
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
    this.#ingests = this.#group('ingest');
    this.#alerts = this.#group('alerts');
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

  get ingests(): readonly ServiceProcess[] {
    return this.#ingests.processes;
  }

  get alerts(): readonly ServiceProcess[] {
    return this.#alerts.processes;
  }

  /** See `startStack`. After a rejection the caller cleans up with `forceStop()`. */
  async start(): Promise<void> {
    await checkEntryPoints(this.#options.entryPoints);
    for (const gateway of await planAll(this.#gateways, this.#options.gateways)) this.#gatewaySlots.add(gateway.port);
    await planAll(this.#locations, this.#options.locations);
    await planAll(this.#friendGraphs, this.#options.friendGraphs);
    await planAll(this.#ingests, this.#options.ingests);
    await planAll(this.#alerts, this.#options.alerts);

    const redis = this.#servers.startRedis();
    const schema = this.#servers.startDatabase();
    await this.#allOrNothing([
      redis,
      schema,
      this.#servers.startNginx(this.#upstreams()),
      redis.then(() => this.#startServices(this.#gateways, this.#locations, this.#ingests, this.#alerts)),
      Promise.all([redis, schema]).then(() => this.#startServices(this.#friendGraphs)),
    ]);
    for (const process of this.#everyProcess()) this.#supervise(process);
    if (this.#options.people > 0) void this.#startResidents();
  }

  async addGateway(): Promise<ServiceProcess> {
    const gateway = await this.#gateways.plan();
    try {
      await gateway.start();
    } catch (error) {
      this.#gateways.remove(gateway);
      throw error;
    }
    this.#gatewaySlots.add(gateway.port);
    await this.nginx.reload(this.#upstreams());
    this.#supervise(gateway.process);
    return gateway;
  }

  async removeGateway(index: number): Promise<void> {
    const gateway = this.#gateways.processes[index];
    if (gateway === undefined) throw new RangeError(`There is no gateway ${index}; there are ${this.gateways.length}.`);
    // Stops before nginx forgets it: its polling clients must still receive `server:draining`. It refuses new clients,
    // and nginx passes them on to the next.
    await gateway.process.stop(this.#options.stopDeadlineMs);
    this.#gateways.remove(gateway);
    this.#gatewaySlots.remove(gateway.port);
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
    // New connections end here; open ones stay, through nginx, until their gateway has drained.
    this.#servers.quitNginx();
    await this.#gateways.stop(stopDeadlineMs);
    await Promise.all([
      this.#servers.stopNginx(),
      this.#locations.stop(stopDeadlineMs),
      this.#friendGraphs.stop(stopDeadlineMs),
      this.#ingests.stop(stopDeadlineMs),
      this.#alerts.stop(stopDeadlineMs),
    ]);
    await this.#servers.stopData();
  }

  /** Ends supervision and kills the services; waiting for their readiness then rejects. */
  #abandon(): void {
    this.#ending.abort();
    for (const group of this.#groups()) group.kill();
    this.#residents.kill('SIGKILL');
  }

  /** Never rejects: without residents the map is empty, and the stack works. */
  async #startResidents(): Promise<void> {
    // Before the start: only an end after readiness causes a restart, and they may end as soon as they are ready.
    this.#supervise(this.#residents);
    try {
      await this.#residents.start();
    } catch (error) {
      if (this.#ending.signal.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      this.#log.note(this.#residents.name, `residents failed to start: ${reason}`);
    }
  }

  /** Waits for all to settle, so that nothing is still starting when it rejects. */
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
    // Another step has failed: a service started now would outlive the stack.
    this.#ending.signal.throwIfAborted();
    await Promise.all(groups.map((group) => group.start()));
  }

  #upstreams(): Upstreams {
    return {
      gateways: this.#gatewaySlots.servers(),
      friendGraphs: this.#friendGraphs.processes.map(({ port }) => ({ host: '127.0.0.1', port })),
      ingests: this.#ingests.processes.map(({ port }) => ({ host: '127.0.0.1', port })),
    };
  }

  #groups(): ServiceGroup[] {
    return [this.#gateways, this.#locations, this.#friendGraphs, this.#ingests, this.#alerts];
  }

  #group(service: ServiceName): ServiceGroup {
    return new ServiceGroup({
      service,
      entryPoint: this.#options.entryPoints[service],
      readyDeadlineMs: this.#options.readyDeadlineMs,
      environment: () => serviceEnvironment(service, this.#options, this.#servers),
      onLine: (name, line) => this.#log.print(name, line),
    });
  }

  #everyProcess(): RestartableProcess[] {
    const services = this.#groups().flatMap(({ processes }) => processes);
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
