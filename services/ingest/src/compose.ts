/** Builds an ingest instance. */
import { connection, createBus, FencedStreamFollower, openRedis } from '@nearby-friends/bus';
import { GridSchedule } from '@nearby-friends/geo';
import { friendsOf, GRAPH_EVENTS, readActive } from '@nearby-friends/protocol';
import {
  type Component,
  createTokenVerifier,
  HttpServer,
  OpsServer,
  PauseWatch,
  type ServiceContext,
  systemClock,
} from '@nearby-friends/service-kit';
import { RightsWatch } from '@nearby-friends/visibility';
import { appRoutes } from './api/app-routes.ts';
import { createApp } from './api/create-app.ts';
import { CardSchedule } from './friends/card-schedule.ts';
import { LocationRequests } from './friends/location-requests.ts';
import { Movements } from './friends/movements.ts';
import { NearbyFriends } from './friends/nearby-friends.ts';
import { createIngestMetrics } from './metrics/ingest-metrics.ts';
import { PositionIntake } from './reporting/position-intake.ts';
import { Reporters } from './reporting/reporter.ts';
import type { settings } from './settings.ts';

export function composeIngest({
  config,
  instanceId,
  replicaName,
  logger,
  metrics: registry,
  tracer,
}: ServiceContext<typeof settings>): Component[] {
  const clock = systemClock;
  const ttlMs = config.positionTtlSeconds * 1000;
  const metrics = createIngestMetrics(registry);
  const { redisUrl, redisPrefix } = config;
  const bus = createBus({
    redisUrl,
    redisPrefix,
    service: 'ingest',
    instanceId,
    replicaName,
    watch: ['location', 'friend-graph'],
    metrics: registry,
    tracer,
    clock,
    logger,
  });
  const { rpc } = bus;
  const redisNow = () => bus.redisClock.now();

  const rights = new RightsWatch({ metrics });
  const streamRedis = openRedis({
    url: redisUrl,
    purpose: 'blocking',
    role: `ingest:${replicaName}:stream`,
    prefix: redisPrefix,
    logger,
  });
  const follower = new FencedStreamFollower({
    redis: bus.commands,
    blockingRedis: streamRedis,
    stream: GRAPH_EVENTS,
    followerId: replicaName,
    onEntries: rights.onEntries,
    onMissed: rights.onMissed,
    clock,
    logger,
  });
  const areRightsCurrent = () => follower.isCurrent;

  const pauses = new PauseWatch({ clock });
  const app = createApp({
    routes: appRoutes(new Reporters({ rpc, verifier: createTokenVerifier({ config, clock, logger }), clock })),
    intake: new PositionIntake({ rpc, redisNow, ttlMs, areRightsCurrent, pauses, clock }),
    friends: new NearbyFriends({
      rpc,
      rights,
      areRightsCurrent,
      schedule: new GridSchedule({ ttlMs, now: redisNow }),
      ttlMs,
      redisNow,
      clock,
      metrics,
    }),
    cards: new CardSchedule({ clock }),
    locationRequests: new LocationRequests({
      isMarked: async (key) => (await bus.commands.exists(key)) === 1,
      redisNow,
      clock,
    }),
    movements: new Movements({ maxSpeed: config.maxPlausibleSpeed, clock, metrics }),
    metrics,
    tracer,
    clock,
    logger,
  });
  const http = new HttpServer({ listener: app, host: config.host, port: config.port, logger });

  bus.redisHealth.watch('stream', streamRedis);
  const ops = new OpsServer({
    host: config.host,
    port: config.opsPort,
    metrics: registry,
    logger,
    checks: [
      bus.readiness,
      {
        name: 'rights',
        check: async () => {
          if (!follower.isCurrent) throw new Error('graph events are not followed');
        },
      },
      { name: 'location', check: async () => void (await rpc.call(readActive, { users: [] })) },
      { name: 'friend-graph', check: async () => void (await rpc.call(friendsOf, { viewers: [] })) },
    ],
  });
  return [
    ops,
    ...bus.components,
    pauses,
    connection('stream reader', streamRedis),
    follower,
    http,
    bus.membership,
    ops.gate,
  ];
}
