/** A running stack as tests, the simulator and `npm start` see it. */
import type { Nginx } from '../servers/nginx.ts';
import type { Postgres } from '../servers/postgres.ts';
import type { Redis } from '../servers/redis.ts';
import type { ListeningServiceHandle, ServiceHandle } from './service-process.ts';

export interface Stack {
  /** The public address, nginx's. */
  readonly url: string;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** The secret that signs tokens (HS256). */
  readonly jwtSecret: string;
  /** The stack's own server; undefined when an address was given. */
  readonly postgres: Postgres | undefined;
  /** The stack's own server; undefined when an address was given. */
  readonly redis: Redis | undefined;
  readonly nginx: Nginx;
  readonly gateways: readonly ListeningServiceHandle[];
  readonly locations: readonly ServiceHandle[];
  readonly friendGraphs: readonly ListeningServiceHandle[];
  readonly ingests: readonly ListeningServiceHandle[];
  readonly alerts: readonly ServiceHandle[];
  /** Starts one more, and adds it to nginx once it is ready. */
  addGateway(): Promise<ListeningServiceHandle>;
  /** Drains the gateway at that index of `gateways` (SIGTERM), then removes it from nginx and from `gateways`. */
  removeGateway(index: number): Promise<void>;
  /** Stops in order: no new connections, gateways drain, then the other services, then the servers. */
  stop(): Promise<void>;
  /** Stops everything at once: services by SIGKILL, servers as quickly as their data allows. */
  forceStop(): Promise<void>;
}
