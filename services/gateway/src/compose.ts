/** Builds a gateway instance. */
import { connection, createBus, FencedStreamFollower, openRedis } from '@nearby-friends/bus';
import { GRAPH_EVENTS, notifyDevices } from '@nearby-friends/protocol';
import {
  type Component,
  createTokenVerifier,
  OpsServer,
  PauseWatch,
  type ServiceContext,
  systemClock,
} from '@nearby-friends/service-kit';
import { createShardedAdapter } from '@socket.io/redis-adapter';
import { composeNearby } from './compose-nearby.ts';
import { ConnectionLimits } from './connections/connection-limits.ts';
import { Drain } from './connections/drain.ts';
import { Handshake } from './connections/handshake.ts';
import { RefusedConnections } from './connections/refused-connections.ts';
import { SocketServer } from './connections/socket-server.ts';
import { createReadinessChecks } from './create-readiness-checks.ts';
import { ClientEvents } from './inbound/client-events.ts';
import { DeviceReceiver } from './inbound/device-receiver.ts';
import { LocationClient } from './inbound/location-client.ts';
import { MovementCheck } from './inbound/movement-check.ts';
import { PositionReceiver } from './inbound/position-receiver.ts';
import { PositionUplink } from './inbound/position-uplink.ts';
import { RadiusReceiver } from './inbound/radius-receiver.ts';
import { TokenReceiver } from './inbound/token-receiver.ts';
import { ViewingReceiver } from './inbound/viewing-receiver.ts';
import { registerGauges } from './metrics/gateway-gauges.ts';
import { createGatewayMetrics } from './metrics/gateway-metrics.ts';
import { Recovery } from './sessions/recovery.ts';
import type { settings } from './settings.ts';

export function composeGateway({
  config,
  instanceId,
  replicaName,
  logger,
  metrics: registry,
  tracer,
}: ServiceContext<typeof settings>): Component[] {
  const clock = systemClock;
  const { redisPrefix, redisUrl } = config;
  const metrics = createGatewayMetrics(registry);

  const bus = createBus({
    redisUrl,
    redisPrefix,
    service: 'gateway',
    instanceId,
    replicaName,
    watch: ['location', 'friend-graph'],
    metrics: registry,
    tracer,
    clock,
    logger,
  });
  const redisNow = () => bus.redisClock.now();

  const nearby = composeNearby({
    bus,
    flushIntervalMs: config.flushIntervalMs,
    positionTtlMs: config.positionTtlSeconds * 1000,
    areRightsCurrent: () => follower.isCurrent,
    hasFollowedFrom: (end) => follower.hasFollowedFrom(end),
    metrics,
    tracer,
    clock,
    logger,
  });
  const { applier, board, channels, delivery, inboxes, leases, ledger, opener, radii, releases, sessions } = nearby;

  // --- Graph events
  const streamRedis = openRedis({
    url: redisUrl,
    purpose: 'blocking',
    role: `gateway:${replicaName}:stream`,
    prefix: redisPrefix,
    logger,
  });
  const follower: FencedStreamFollower = new FencedStreamFollower({
    redis: bus.commands,
    blockingRedis: streamRedis,
    stream: GRAPH_EVENTS,
    followerId: replicaName,
    onEntries: applier.onEntries,
    onMissed: () => {
      applier.onMissed();
      recovery.recordAgain();
    },
    clock,
    logger,
  });

  // --- Positions of this gateway's clients
  const uplink = new PositionUplink({
    location: new LocationClient({ bus, tracer, traceShare: config.positionTraceShare }),
    clock,
    gatherMs: config.uplinkGatherMs,
    flushIntervalMs: config.flushIntervalMs,
  });
  const pauses = new PauseWatch({ clock });
  const positions = new PositionReceiver({
    redisNow,
    ttlMs: config.positionTtlSeconds * 1000,
    onClockAhead: () => bus.redisClock.measure(),
    instanceId,
    onTakenOver: (session) => sockets.notifyOtherDevices(session),
    releases,
    uplink,
    opener,
    delivery,
    movement: new MovementCheck({ maxSpeed: config.maxPlausibleSpeed, clock, metrics }),
    areRightsCurrent: () => follower.isCurrent,
    pauses,
    clock,
  });
  const recovery = new Recovery({ sessions, board, positions, channels, opener, logger });
  bus.subscriptions.onRestored(recovery.start);
  bus.redisClock.onSetBack(recovery.clockSetBack);

  // --- The edge
  const verifier = createTokenVerifier({ config, clock, logger });
  const limits = { eventsPerSecond: config.eventsPerSecond, eventsBurst: config.eventsBurst };
  const events = new ClientEvents({
    positions,
    devices: new DeviceReceiver({ positions }),
    radii: new RadiusReceiver({ rpc: bus.rpc, radii }),
    tokens: new TokenReceiver({ verifier, ledger }),
    viewing: new ViewingReceiver({ leases }),
    limits,
    metrics,
    clock,
    logger,
  });
  const adapterPub = openRedis({
    url: redisUrl,
    purpose: 'patient',
    role: `gateway:${replicaName}:adapter-pub`,
    logger,
  });
  const adapterSub = openRedis({
    url: redisUrl,
    purpose: 'patient',
    role: `gateway:${replicaName}:adapter-sub`,
    logger,
  });
  const { maxConnections } = config;
  const connectionLimits = new ConnectionLimits({
    sessions,
    // One user alone never fills the replica.
    maxPerUser: Math.max(1, Math.min(config.maxConnectionsPerUser, Math.floor(maxConnections / 2))),
    maxPerAddress: config.maxConnectionsPerAddress,
    metrics,
    clock,
  });
  const handshake = new Handshake({
    verifier,
    ledger,
    sessions,
    limits: connectionLimits,
    maxConnections,
    tracer,
  });
  const refused = new RefusedConnections({ metrics, clock, logger });
  const isFastPathExpected = config.fastPath === 'on';
  const sockets: SocketServer = new SocketServer({
    host: config.host,
    port: config.port,
    allowedOrigins: [...(config.publicUrl === '' ? [] : [new URL(config.publicUrl).origin]), ...config.allowedOrigins],
    adapter: createShardedAdapter(adapterPub, adapterSub, {
      subscriptionMode: 'dynamic',
      channelPrefix: `${redisPrefix}socket.io`,
    }),
    isFastPathExpected,
    handshake,
    sessions,
    events,
    refused,
    serverNow: redisNow,
    limits: connectionLimits,
    eventLimits: limits,
    clock,
    logger,
  });
  bus.rpc.serve(notifyDevices, (notice) => {
    sockets.notifyDevices(notice);
    return {};
  });

  // --- For operators
  bus.redisHealth.watch('stream', streamRedis);
  bus.redisHealth.watch('adapter-pub', adapterPub);
  bus.redisHealth.watch('adapter-sub', adapterSub);
  registerGauges(registry, {
    sessions,
    channels,
    inboxes,
    leases,
    board,
    ledger,
    follower,
    sockets,
    maxConnections,
    isFastPathExpected,
  });
  const ops = new OpsServer({
    host: config.host,
    port: config.opsPort,
    metrics: registry,
    logger,
    checks: createReadinessChecks({ bus, follower }),
  });
  const drain = new Drain({
    sessions,
    sockets,
    spreadMs: config.drainSpreadSeconds * 1000,
    clock,
    random: Math.random,
    logger,
  });
  return [
    ops,
    ...bus.components,
    pauses,
    connection('adapter publisher', adapterPub),
    connection('adapter subscriber', adapterSub),
    connection('stream reader', streamRedis),
    follower,
    board,
    releases,
    uplink,
    delivery,
    sessions,
    leases,
    drain,
    refused,
    sockets,
    bus.membership,
    ops.gate,
  ];
}
