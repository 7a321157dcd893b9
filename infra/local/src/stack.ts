/** A running stack as tests, the simulator and `npm start` see it, and the way to get one. */
import type { Nginx } from './nginx.ts';
import type { Postgres } from './postgres.ts';
import type { Redis } from './redis.ts';
import { RunningStack } from './running-stack.ts';
import type { ListeningServiceHandle, ServiceHandle } from './service-process.ts';
import type { StackOptions } from './stack-options.ts';

export interface Stack {
  /** The public address, nginx's. */
  readonly url: string;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** What tokens are signed with (HS256). */
  readonly jwtSecret: string;
  /** The stack's own server; undefined when an address was given. */
  readonly postgres: Postgres | undefined;
  /** The stack's own server; undefined when an address was given. */
  readonly redis: Redis | undefined;
  readonly nginx: Nginx;
  readonly gateways: readonly ListeningServiceHandle[];
  readonly locations: readonly ServiceHandle[];
  readonly friendGraphs: readonly ListeningServiceHandle[];
  /** Starts one more, and lets nginx know once it is ready. */
  addGateway(): Promise<ListeningServiceHandle>;
  /** Drains the gateway at that index of `gateways` (SIGTERM), then takes it out of nginx and of `gateways`. */
  removeGateway(index: number): Promise<void>;
  /** Ends everything in order: no new connections, gateways drain, then the other services, then the servers. */
  stop(): Promise<void>;
  /** Ends everything at once: services by SIGKILL, servers as quickly as their data allows. */
  forceStop(): Promise<void>;
}

/**
 * Starts a stack. Every process is ready when the promise resolves, and is restarted from then on when it ends
 * unexpectedly. Rejects with the reason, after ending whatever had been started.
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const stack = new RunningStack(options);
  try {
    await stack.start();
  } catch (error) {
    await stack.forceStop();
    throw error;
  }
  return stack;
}
