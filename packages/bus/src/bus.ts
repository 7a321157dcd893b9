/** Builds all that a service needs to communicate with the other services. */
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
import type { Publish } from './rpc/request-server.ts';
import { Rpc } from './rpc/rpc.ts';
import { RpcObserver } from './rpc/rpc-observer.ts';

export interface Bus {
  readonly commands: Redis;
  readonly subscriptions: ChannelSubscriptions;
  readonly registry: InstanceRegistry;
  readonly redisClock: RedisClock;
  /** For a service's additional connections. */
  readonly redisHealth: RedisHealth;
  readonly rpc: Rpc;
  /** SPUBLISH, at most once. Resolves with the number of receivers; rejects when Redis does not accept the message. */
  readonly publish: Publish;
  /** Start them in this order. Start `membership` after all other components: it makes this instance visible. */
  readonly components: readonly Component[];
  readonly membership: Component;
  readonly readiness: ReadinessCheck;
}

export function createBus(options: {
  redisUrl: string;
  /** Before every key and channel, so that deployments that share a Redis do not hear each other. */
  redisPrefix?: string;
  service: ServiceName;
  /** Of this process alone, see `ProcessIdentity`: a second bus with the same one would get this one's messages. */
  instanceId: string;
  /** In the names of its connections, for operators. The instance id by default. */
  replicaName?: string;
  /** The services that this one sends requests to. */
  watch: readonly ServiceName[];
  /** Without it no metrics are reported. */
  metrics?: Metrics;
  /** Without it no traces are made. */
  tracer?: Tracer;
  clock: Clock;
  logger: Logger;
}): Bus {
  const { redisUrl: url, redisPrefix: prefix = '', service, instanceId, watch, clock, logger } = options;
  const { metrics = new Metrics(), tracer = noTracer, replicaName = instanceId } = options;
  const role = (what: string) => `${service}:${replicaName}:${what}`;
  const commands = openRedis({ url, purpose: 'commands', role: role('commands'), prefix, logger });
  const subscriber = openRedis({ url, purpose: 'subscriber', role: role('subscriber'), prefix, logger });
  const publish: Publish = async (channel, payload) => Number(await commands.spublish(channel, payload));
  const subscriptions = new ChannelSubscriptions({ redis: subscriber, clock, logger });
  const registry = new InstanceRegistry({ redis: commands, clock, logger, service, instanceId, watch });
  const redisClock = new RedisClock({ redis: commands, clock, logger });
  const observer = new RpcObserver({ metrics, tracer });
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
        if (!subscriptions.isCurrent) throw new Error('the subscriber connection is down');
      },
    },
  };
}

function registerGauges(
  metrics: Metrics,
  parts: Pick<Bus, 'subscriptions' | 'registry' | 'redisClock' | 'rpc'> & { watch: readonly ServiceName[] },
): void {
  const { subscriptions, registry, redisClock, rpc, watch } = parts;
  metrics.gauge('nearby_bus_channels', 'Channels that this process subscribes to.', () => subscriptions.size);
  metrics.gauge('nearby_bus_channels_current', '1 while all channels are subscribed and no message is missed.', () =>
    subscriptions.isCurrent ? 1 : 0,
  );
  metrics.gauge('nearby_rpc_requests_pending', 'RPC requests that wait for a response.', () => rpc.pending);
  metrics.gaugeBy('nearby_rpc_instances', 'Instances that RPC requests can be sent to, by service.', 'service', () =>
    Object.fromEntries(watch.map((service) => [service, registry.candidates(service).length])),
  );
  metrics.gauge('nearby_redis_round_trip_seconds', 'Round trip of the last clock measurement at Redis, s.', () =>
    redisClock.lastRoundTripMs === null ? null : redisClock.lastRoundTripMs / 1000,
  );
  metrics.counted(
    'nearby_redis_clock_set_back_total',
    'How often the clock of Redis, which stamps positions, was set back by a second or more.',
    () => redisClock.timesSetBack,
  );
  metrics.gauge(
    'nearby_redis_clock_ahead_seconds',
    'How far the clock of Redis, which stamps positions, is ahead of this machine, s.',
    () => (redisClock.lastRoundTripMs === null ? null : (redisClock.now() - Date.now()) / 1000),
  );
}

/** A Redis connection as a component. `stop` also ends a `start` that still waits for Redis. */
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
