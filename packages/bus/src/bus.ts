/** Everything a service needs to talk to the others, built in one place. */
import type { ServiceName } from '@nearby-friends/protocol';
import type { Clock, Component, Logger, ReadinessCheck } from '@nearby-friends/service-kit';
import { ChannelSubscriptions } from './channel-subscriptions.ts';
import { InstanceRegistry } from './instance-registry.ts';
import { RedisClock } from './redis-clock.ts';
import { connectRedis, openRedis, type Redis } from './redis-connection.ts';
import { type Publish, Rpc } from './rpc.ts';

export interface Bus {
  readonly commands: Redis;
  readonly subscriptions: ChannelSubscriptions;
  readonly registry: InstanceRegistry;
  readonly redisClock: RedisClock;
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
  clock: Clock;
  logger: Logger;
}): Bus {
  const { redisUrl: url, service, instanceId, watch, clock, logger } = options;
  const role = (what: string) => `${service}:${instanceId}:${what}`;
  const commands = openRedis({ url, purpose: 'commands', role: role('commands'), logger });
  const subscriber = openRedis({ url, purpose: 'subscriber', role: role('subscriber'), logger });
  const publish: Publish = async (channel, payload) => Number(await commands.spublish(channel, payload));
  const subscriptions = new ChannelSubscriptions({ redis: subscriber, clock, logger });
  const registry = new InstanceRegistry({ redis: commands, clock, logger, service, instanceId, watch });
  const redisClock = new RedisClock({ redis: commands, clock, logger });
  const rpc = new Rpc({ publish, subscriptions, registry, clock, logger, service, instanceId });

  return {
    commands,
    subscriptions,
    registry,
    redisClock,
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
        if (!subscriptions.isCurrent) throw new Error('the subscribing connection is down');
      },
    },
  };
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
