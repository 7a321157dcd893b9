/** Builds a friend-graph instance. */
import { createBus, FencedStreamWriter } from '@nearby-friends/bus';
import {
  announceActive,
  forgetUsers,
  friendsOf,
  GRAPH_EVENTS,
  notifyDevices,
  readActive,
  setRadius,
  toActiveUsers,
  type UserId,
} from '@nearby-friends/protocol';
import {
  type Component,
  createTokenVerifier,
  OpsServer,
  type ServiceContext,
  systemClock,
} from '@nearby-friends/service-kit';
import { createApi } from './api/create-api.ts';
import { DevTokenIssuer } from './api/dev-token-issuer.ts';
import { HttpServer } from './api/http-server.ts';
import { openDatabase } from './database/database.ts';
import { createDatabaseMetrics, registerPoolGauges } from './database/database-metrics.ts';
import { FriendListRepository } from './database/friend-list-repository.ts';
import { GrantRepository } from './database/grant-repository.ts';
import { SharingRepository } from './database/sharing-repository.ts';
import { UserRepository } from './database/user-repository.ts';
import { ViewerRepository } from './database/viewer-repository.ts';
import { FriendGraph } from './graph/friend-graph.ts';
import { createFriendGraphMetrics } from './metrics/friend-graph-metrics.ts';
import { ActivityAnnouncer } from './rpc/activity-announcer.ts';
import { FriendLookup } from './rpc/friend-lookup.ts';
import { refuseOpenDoor, type settings } from './settings.ts';

/** Throws `ConfigError` when the settings must not be used together. */
export function composeFriendGraph({
  config,
  instanceId,
  logger,
  metrics: registry,
  tracer,
}: ServiceContext<typeof settings>): Component[] {
  refuseOpenDoor(config);
  const clock = systemClock;
  const metrics = createFriendGraphMetrics(registry);

  const database = openDatabase({
    databaseUrl: config.databaseUrl,
    poolSize: config.databasePoolSize,
    queryTimeoutMs: config.databaseTimeoutMs,
    connectTimeoutMs: config.databaseTimeoutMs,
    role: `friend-graph:${instanceId}`,
    metrics: createDatabaseMetrics(registry),
    tracer,
    logger,
  });
  registerPoolGauges(registry, database.pool);
  const users = new UserRepository({ client: database.client });
  const grants = new GrantRepository({ client: database.client });
  const sharing = new SharingRepository({ client: database.client });

  const bus = createBus({
    redisUrl: config.redisUrl,
    service: 'friend-graph',
    instanceId,
    watch: ['gateway', 'location'],
    metrics: registry,
    tracer,
    clock,
    logger,
  });
  const forgetPosition = (user: UserId) => bus.rpc.call(forgetUsers, { users: [user] });
  const stream = new FencedStreamWriter({ redis: bus.commands, stream: GRAPH_EVENTS, clock, logger });
  const graph = new FriendGraph({
    client: database.client,
    stream,
    notifyDevices: (user, friendsChanged) => bus.rpc.call(notifyDevices, { user, friendsChanged }),
    forgetPosition,
    async readLastPosition(user) {
      const [active] = toActiveUsers(await bus.rpc.call(readActive, { users: [user] }));
      return active ?? null;
    },
    tokenMaxLifetimeMs: config.tokenMaxLifetimeSeconds * 1000,
    clock,
    logger,
    metrics,
  });

  const { profiles } = graph;
  const lookup = new FriendLookup({ viewers: new ViewerRepository({ database }), clock, metrics });
  const announcer = new ActivityAnnouncer({
    grants,
    sharing,
    publish: bus.publish,
    streamEnd: () => stream.end(),
    clock,
    metrics,
  });
  bus.rpc.serve(friendsOf, ({ viewers }) => lookup.friendsOf(viewers));
  bus.rpc.serve(announceActive, async ({ active }) => {
    await announcer.announce(active);
    return {};
  });
  bus.rpc.serve(setRadius, async ({ user, radiusMeters }) => {
    const { radiusVersion } = await profiles.change(user, { radiusMeters });
    return { version: radiusVersion };
  });

  const api = createApi({
    graph,
    friendLists: new FriendListRepository({ client: database.client }),
    isKnown: (user) => users.exists(user),
    forgetPosition,
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
    checks: [bus.readiness, database.readiness],
  });
  return [ops, database.component, ...bus.components, ...graph.components, http, bus.membership, ops.gate];
}
