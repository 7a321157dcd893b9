/** What a benchmark knows of a build that runs: where clients connect, and which processes cost what. */
import type { ListeningServiceHandle, ServiceHandle } from '@nearby-friends/local-stack';

/** Our services, or one Socket.IO room per friend with one of the two adapters for Redis. */
export type BuildKind = 'ours' | 'classic' | 'sharded';

export const BUILD_TITLES: Readonly<Record<BuildKind, string>> = {
  ours: 'nearby-friends',
  classic: 'idiomatic, classic adapter',
  sharded: 'idiomatic, sharded adapter',
};

/** What CPU time is shown for. */
export type ProcessGroup = 'gateway' | 'location' | 'friend-graph' | 'redis';

export interface DeployedBuild {
  readonly kind: BuildKind;
  readonly gateways: readonly ListeningServiceHandle[];
  readonly redisUrl: string;
  readonly jwtSecret: string;
  /** The longest that conflation holds a position back, ms. */
  readonly flushIntervalMs: number;
  /** Read again each time: a restarted process has another pid. */
  pids(): Readonly<Record<ProcessGroup, readonly number[]>>;
  stop(): Promise<void>;
}

/** Of those that run now. */
export function pidsOf(services: readonly ServiceHandle[]): number[] {
  return services.filter((service) => service.isRunning()).map(({ pid }) => pid);
}
