/** Starts the processes of a build together and stops them together. */
import type { ServiceProcess, startRedis } from '@nearby-friends/local-stack';

type RedisServer = Awaited<ReturnType<typeof startRedis>>;

/** Resolves with the function that stops all processes and Redis; rejects with nothing left running. */
export async function startServices(
  services: readonly ServiceProcess[],
  redis: RedisServer,
  stopDeadlineMs: number,
): Promise<() => Promise<void>> {
  const stop = async (): Promise<void> => {
    await Promise.all(services.map(({ process }) => process.stop(stopDeadlineMs)));
    await redis.stop();
  };
  const outcomes = await Promise.allSettled(services.map((service) => service.start()));
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure === undefined) return stop;
  await stop();
  throw failure.reason;
}

/** Of those that run now: a restarted process has another pid. */
export function pidsOf(services: readonly ServiceProcess[]): number[] {
  return services.filter((service) => service.isRunning()).map(({ pid }) => pid);
}
