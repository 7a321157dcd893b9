/** Builds a friend-graph instance. */
import { createBus, FencedStreamWriter } from '@nearby-friends/bus';
import {
  forgetUsers,
  GRAPH_EVENTS,
  notifyDevices,
  PUSH_KEY,
  readActive,
  readDevice,
  stopSharing,
  toActiveUsers,
  type UserId,
} from '@nearby-friends/protocol';
import {
  type Component,
  createTokenVerifier,
  HttpServer,
  OpsServer,
  PauseWatch,
  type ServiceContext,
  systemClock,
  TOKEN_LEEWAY_SECONDS,
} from '@nearby-friends/service-kit';
import { createApi } from './api/create-api.ts';
import { DevTokenIssuer } from './api/dev-token-issuer.ts';
import { LateRequests } from './api/late-requests.ts';
import { createRepositories } from './database/create-repositories.ts';
import { openDatabase } from './database/database.ts';
import { createDatabaseMetrics, registerPoolGauges } from './database/database-metrics.ts';
import { withPassword } from './database/with-password.ts';
import { composeGraph } from './graph/compose-graph.ts';
import { UserLimits } from './lanes/user-limits.ts';
import { createFriendGraphMetrics } from './metrics/friend-graph-metrics.ts';
import { ActivityAnnouncer } from './rpc/activity-announcer.ts';
import { DeviceLookup } from './rpc/device-lookup.ts';
import { DeviceSightings } from './rpc/device-sightings.ts';
import { FriendLookup } from './rpc/friend-lookup.ts';
import { serveRpc } from './rpc/serve-rpc.ts';
import { checkDevTokens, type settings } from './settings.ts';

/** Throws `ConfigError` for an unsafe combination of settings. */
export function composeFriendGraph({
  config,
  instanceId,
  replicaName,
  logger,
  metrics: registry,
  tracer,
}: ServiceContext<typeof settings>): Component[] {
  checkDevTokens(config);
  const clock = systemClock;
  const metrics = createFriendGraphMetrics(registry);

  const database = openDatabase({
    databaseUrl: withPassword(config.databaseUrl, config.databasePassword),
    poolSize: config.databasePoolSize,
    queryTimeoutMs: config.databaseTimeoutMs,
    connectTimeoutMs: config.databaseTimeoutMs,
    role: `friend-graph:${replicaName}`,
    metrics: createDatabaseMetrics(registry),
    tracer,
    logger,
  });
  registerPoolGauges(registry, database.pool);
  const bus = createBus({
    redisUrl: config.redisUrl,
    redisPrefix: config.redisPrefix,
    service: 'friend-graph',
    instanceId,
    replicaName,
    watch: ['gateway', 'location'],
    metrics: registry,
    tracer,
    clock,
    logger,
  });
  const repositories = createRepositories(database, { redisNow: () => bus.redisClock.now() });
  const stream = new FencedStreamWriter({ redis: bus.commands, stream: GRAPH_EVENTS, clock, logger });
  const graph = composeGraph({
    repositories,
    stream,
    notifyDevices: (notice) => bus.rpc.call(notifyDevices, notice),
    forgetPosition: (user) => bus.rpc.call(forgetUsers, { users: [user] }),
    stopPosition: (user, before) => bus.rpc.call(stopSharing, { user, before }),
    redisNow: () => bus.redisClock.now(),
    async readLastPosition(user: UserId) {
      const [active] = toActiveUsers(await bus.rpc.call(readActive, { users: [user] }));
      return active ?? null;
    },
    async readSharingDevice(user: UserId) {
      const [active] = await bus.rpc.call(readActive, { users: [user] });
      return active ? readDevice(active.entry) : null;
    },
    readPushKey: async () => await bus.commands.get(PUSH_KEY),
    pushServices: config.pushServices,
    tokenMaxLifetimeMs: (config.tokenMaxLifetimeSeconds + TOKEN_LEEWAY_SECONDS) * 1000,
    clock,
    logger,
    metrics,
  });

  const limits = new UserLimits({
    requestsPerMinute: config.userRequestsPerMinute,
    maxConcurrent: config.userConcurrentRequests,
    metrics,
  });
  const sightings = new DeviceSightings({ devices: repositories.devices, clock, logger });
  serveRpc({
    rpc: bus.rpc,
    lookup: new FriendLookup({ epochs: repositories.epochs, viewers: repositories.viewers, clock, metrics }),
    devices: new DeviceLookup({ devices: repositories.devices, sightings }),
    edges: repositories.edges,
    announcer: new ActivityAnnouncer({
      epochs: repositories.epochs,
      grants: repositories.grants,
      sharing: repositories.sharing,
      publish: bus.publish,
      streamEnd: () => stream.end(),
      clock,
      metrics,
    }),
    profiles: graph.profiles,
    admission: graph.admission,
    limits,
    repositories,
  });

  const pauses = new PauseWatch({ clock });
  const api = createApi({
    graph,
    repositories,
    limits,
    lateRequests: new LateRequests({ pauses, clock }),
    verifier: createTokenVerifier({ config, clock, logger }),
    devTokenIssuer: config.devTokens
      ? new DevTokenIssuer({
          secret: config.jwtSecret,
          audience: config.jwtAudience,
          issuer: config.jwtIssuer,
          lifetimeSeconds: config.devTokenLifetimeSeconds,
          clock,
        })
      : null,
    allowedOrigins: config.allowedOrigins,
    publicUrl: config.publicUrl,
    metrics,
    tracer,
    clock,
    logger,
  });
  const http = new HttpServer({ listener: api, host: config.host, port: config.port, logger });
  const ops = new OpsServer({
    host: config.host,
    port: config.opsPort,
    metrics: registry,
    logger,
    checks: [bus.readiness, database.readiness, graph.readiness],
  });
  return [
    ops,
    database.component,
    sightings,
    ...bus.components,
    ...graph.components,
    pauses,
    http,
    bus.membership,
    ops.gate,
  ];
}
