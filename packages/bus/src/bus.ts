/** Everything a service needs to talk to the others, built in one place. */
import type { ServiceName } from '@nearby-friends/protocol';
import {
  type Clock,
  type Component,
  type Logger,
  Metrics,
  noTracer,
  type ReadinessCheck,
  type Tracer,
} from '@nearby-friends/service-kit';
import { ChannelSubscriptions } from './redis/channel-subscriptions.ts';
import { RedisClock } from './redis/redis-clock.ts';
import { connectRedis, openRedis, type Redis } from './redis/redis-connection.ts';
import { RedisHealth } from './redis/redis-health.ts';
import { InstanceRegistry } from './rpc/instance-registry.ts';
import { type Publish, Rpc } from './rpc/rpc.ts';
import { BusObserver } from './rpc/rpc-observer.ts';
import { TraceReaders } from './rpc/trace-readers.ts';

export interface Bus {
  readonly commands: Redis;
  readonly subscriptions: ChannelSubscriptions;
  readonly registry: InstanceRegistry;
  readonly redisClock: RedisClock;
  /** For connections that a service has beside these. */
  readonly redisHealth: RedisHealth;
  readonly rpc: Rpc;
  /** SPUBLISH: resolves with the number of receivers; rejects when Redis does not take it. At most once. */
  readonly publish: Publish;
  /** To be started in this order. `membership` comes last of all components: it lets others find this instance. */
  readonly components: readonly Component[];
  readonly membership: Component;
  readonly readiness: ReadinessCheck;
}

export function createBus(options: {
  redisUrl: string;
  service: ServiceName;
  instanceId: string;
  /** The services this one asks. */
  watch: readonly ServiceName[];
  /** Without it nobody looks. */
  metrics?: Metrics;
  /** Without it nothing is traced. */
  tracer?: Tracer;
  clock: Clock;
  logger: Logger;
}): Bus {
  const { redisUrl: url, service, instanceId, watch, clock, logger } = options;
  const { metrics = new Metrics(), tracer = noTracer } = options;
  const role = (what: string) => `${service}:${instanceId}:${what}`;
  const commands = openRedis({ url, purpose: 'commands', role: role('commands'), logger });
  const subscriber = openRedis({ url, purpose: 'subscriber', role: role('subscriber'), logger });
  const publish: Publish = async (channel, payload) => Number(await commands.spublish(channel, payload));
  const subscriptions = new ChannelSubscriptions({ redis: subscriber, clock, logger });
  const registry = new InstanceRegistry({ redis: commands, clock, logger, service, instanceId, watch });
  const redisClock = new RedisClock({ redis: commands, clock, logger });
  const traceReaders = new TraceReaders({ redis: commands, clock, logger, service, instanceId, watch });
  const observer = new BusObserver({ metrics, tracer, traceReaders });
  const rpc = new Rpc({ publish, subscriptions, registry, observer, clock, logger, service, instanceId });
  const redisHealth = new RedisHealth({ metrics });
  redisHealth.watch('commands', commands);
  redisHealth.watch('subscriber', subscriber);
  registerGauges(metrics, { subscriptions, registry, redisClock, rpc, watch });

  return {
    commands,
    subscriptions,
    registry,
    redisClock,
    redisHealth,
    rpc,
    publish,
    components: [
      connection('redis commands', commands),
      connection('redis subscriber', subscriber),
      subscriptions,
      redisClock,
      registry,
      ...(tracer === noTracer ? [] : [traceReaders]),
      rpc,
    ],
    membership: {
      name: 'membership',
      start: () => registry.join(),
      drain: () => registry.drain(),
    },
    readiness: {
      name: 'redis',
      async check() {
        await commands.ping();
        if (!subscriptions.isCurrent) throw new Error('the subscribing connection is down');
      },
    },
  };
}

function registerGauges(
  metrics: Metrics,
  parts: Pick<Bus, 'subscriptions' | 'registry' | 'redisClock' | 'rpc'> & { watch: readonly ServiceName[] },
): void {
  const { subscriptions, registry, redisClock, rpc, watch } = parts;
  metrics.gauge('nearby_bus_channels', 'Channels this process listens to.', () => subscriptions.size);
  metrics.gauge('nearby_bus_channels_current', '1 while all of them are subscribed and nothing is missed.', () =>
    subscriptions.isCurrent ? 1 : 0,
  );
  metrics.gauge('nearby_rpc_requests_pending', 'Questions that wait for an answer.', () => rpc.pending);
  metrics.gaugeBy('nearby_rpc_instances', 'Instances that can be asked, by service.', 'service', () =>
    Object.fromEntries(watch.map((service) => [service, registry.candidates(service).length])),
  );
  metrics.gauge(
    'nearby_redis_round_trip_seconds',
    'How long Redis took to answer when it was last asked for the time, s.',
    () => (redisClock.lastRoundTripMs === null ? null : redisClock.lastRoundTripMs / 1000),
  );
  metrics.gauge(
    'nearby_redis_clock_ahead_seconds',
    'How far Redis’ clock, which stamps positions, is ahead of this machine’s, s.',
    () => (redisClock.lastRoundTripMs === null ? null : (redisClock.now() - Date.now()) / 1000),
  );
}

/** A Redis connection as a component; stopping it also ends the waiting for a Redis that has not come yet. */
export function connection(name: string, redis: Redis): Component {
  const stopped = new AbortController();
  return {
    name,
    start: () => connectRedis(redis, stopped.signal),
    stop: () => {
      stopped.abort();
      redis.disconnect();
    },
  };
}
