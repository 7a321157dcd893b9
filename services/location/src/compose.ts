/** Builds a location instance. */
import { createBus, RedisStats } from '@nearby-friends/bus';
import {
  announceActive,
  forgetUsers,
  readActive,
  recordPositions,
  releaseDevices,
  stopSharing,
} from '@nearby-friends/protocol';
import { type Component, OpsServer, type ServiceContext, systemClock } from '@nearby-friends/service-kit';
import { type Activity, Announcer } from './activation/announcer.ts';
import { RedisLocationCache } from './cache/location-cache.redis.ts';
import { createLocationMetrics } from './metrics/location-metrics.ts';
import { PositionRecorder } from './recording/position-recorder.ts';
import type { settings } from './settings.ts';

export function composeLocation({
  config,
  instanceId,
  replicaName,
  logger,
  metrics: registry,
  tracer,
}: ServiceContext<typeof settings>): Component[] {
  const clock = systemClock;
  const ttlMs = config.positionTtlSeconds * 1000;
  const metrics = createLocationMetrics(registry);

  const bus = createBus({
    redisUrl: config.redisUrl,
    redisPrefix: config.redisPrefix,
    service: 'location',
    instanceId,
    replicaName,
    watch: ['friend-graph'],
    metrics: registry,
    tracer,
    clock,
    logger,
  });
  const cache = new RedisLocationCache({ redis: bus.commands, logger, ttlMs, instanceId });
  const announcer = new Announcer({
    announce: async (activities: readonly Activity[]) => {
      const active = activities.map(({ activeSince: _, ...activity }) => activity);
      await bus.rpc.call(announceActive, { active });
      metrics.announcements.inc(active.length);
    },
    markAnnounced: (user, activeSince) => cache.markAnnounced(user, activeSince),
    clock,
    redisNow: () => bus.redisClock.now(),
    logger,
    ttlMs,
  });
  registry.gauge(
    'nearby_activations_pending',
    'Users who became active and whose announcement is not acknowledged yet.',
    () => announcer.pending,
  );

  const recorder = new PositionRecorder({ cache, announce: (activity) => announcer.add(activity), metrics });
  bus.rpc.serve(recordPositions, (batch) => recorder.recordBatch(batch));
  bus.rpc.serve(readActive, async ({ users }) => {
    const entries = await cache.readActive(users);
    metrics.entriesRead.inc(entries.length);
    return entries;
  });
  bus.rpc.serve(forgetUsers, async ({ users }) => {
    await cache.forget(users);
    metrics.usersForgotten.inc(users.length);
    return {};
  });

  bus.rpc.serve(stopSharing, async ({ user, before }) => {
    await cache.stop(user, before);
    return {};
  });
  bus.rpc.serve(releaseDevices, async ({ devices }) => {
    await cache.release(devices);
    return {};
  });

  const redisStats = new RedisStats({ redis: bus.commands, metrics: registry, clock, logger });
  const ops = new OpsServer({
    host: config.host,
    port: config.opsPort,
    metrics: registry,
    logger,
    checks: [bus.readiness, { name: 'location cache', check: () => cache.checkWritable() }],
  });
  // The announcer drains after pending requests have their responses, since their positions may still be announced.
  return [ops, announcer, ...bus.components, redisStats, bus.membership, ops.gate];
}
