/** Reads figures that services and Redis give about themselves. */
import { Redis } from 'ioredis';

/** The sum of a metric over its labels, of the service with that operations port. Rejects when it does not respond. */
async function serviceFigure(opsPort: number, name: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${opsPort}/metrics`);
  if (!response.ok) throw new Error(`/metrics responded with ${response.status}`);
  let sum = 0;
  for (const line of (await response.text()).split('\n')) {
    const match = /^(\w+)(?:\{[^}]*\})? (\S+)$/.exec(line);
    if (match?.[1] === name) sum += Number(match[2]);
  }
  return sum;
}

/** The same, summed over several services. */
export async function serviceFigures(services: readonly { opsPort: number }[], name: string): Promise<number> {
  const each = await Promise.all(services.map(({ opsPort }) => serviceFigure(opsPort, name)));
  return each.reduce((sum, one) => sum + one, 0);
}

interface RedisStats {
  /** Sharded channels of positions, and subscriptions to them. */
  readonly locationChannels: number;
  readonly locationSubscriptions: number;
}

export async function redisFigures(url: string): Promise<RedisStats> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1 });
  redis.on('error', () => undefined);
  try {
    const channels = ((await redis.call('PUBSUB', 'SHARDCHANNELS')) as string[]).filter((name) =>
      /^[^:]+:location:/.test(name),
    );
    const counts =
      channels.length === 0 ? [] : ((await redis.call('PUBSUB', 'SHARDNUMSUB', ...channels)) as (string | number)[]);
    return {
      locationChannels: channels.length,
      locationSubscriptions: counts
        .filter((_, place) => place % 2 === 1)
        .reduce<number>((sum, n) => sum + Number(n), 0),
    };
  } finally {
    redis.disconnect();
  }
}
