/** Builds a friend-graph instance. */
import { createBus } from '@nearby-friends/bus';
import { announceActive, friendsOf, setRadius } from '@nearby-friends/protocol';
import {
  type Component,
  createSecretVerifier,
  Metrics,
  OpsServer,
  type ServiceContext,
  systemClock,
} from '@nearby-friends/service-kit';
import { ActivityAnnouncer } from './activity-announcer.ts';
import { createApi } from './api/api.ts';
import { HttpServer } from './api/http-server.ts';
import { openDatabase } from './database/database.ts';
import { FriendListRepository } from './database/friend-list-repository.ts';
import { GrantRepository } from './database/grant-repository.ts';
import { UserRepository } from './database/user-repository.ts';
import { DevTokenIssuer } from './dev-token-issuer.ts';
import { createFriendGraphMetrics } from './friend-graph-metrics.ts';
import { FriendLookup } from './friend-lookup.ts';
import { Profiles } from './profiles.ts';
import { refuseOpenDoor, type settings } from './settings.ts';

/** Throws `ConfigError` when the settings must not be used together. */
export function composeFriendGraph({ config, instanceId, logger }: ServiceContext<typeof settings>): Component[] {
  refuseOpenDoor(config);
  const clock = systemClock;
  const registry = new Metrics();
  registry.collectProcess();
  const metrics = createFriendGraphMetrics(registry);

  const database = openDatabase({
    databaseUrl: config.databaseUrl,
    poolSize: config.databasePoolSize,
    queryTimeoutMs: config.databaseTimeoutMs,
    connectTimeoutMs: config.databaseTimeoutMs,
    role: `friend-graph:${instanceId}`,
    logger,
  });
  registry.gauge('database_connections', 'Open connections to PostgreSQL.', database.load.connections);
  registry.gauge('database_waiting', 'Queries that wait for a connection.', database.load.waiting);
  const users = new UserRepository({ client: database.client });
  const grants = new GrantRepository({ client: database.client });
  const friendLists = new FriendListRepository({ client: database.client });

  const bus = createBus({
    redisUrl: config.redisUrl,
    service: 'friend-graph',
    instanceId,
    watch: [],
    clock,
    logger,
  });
  const profiles = new Profiles({ users, publish: bus.publish });
  const lookup = new FriendLookup({ users, grants, clock, metrics });
  const announcer = new ActivityAnnouncer({ grants, publish: bus.publish, clock, metrics });
  bus.rpc.serve(friendsOf, async ({ viewers }) => ({ viewers: await lookup.friendsOf(viewers) }));
  bus.rpc.serve(announceActive, async ({ active }) => {
    await announcer.announce(active);
    return {};
  });
  bus.rpc.serve(setRadius, async ({ user, radiusMeters }) => {
    await profiles.change(user, { radiusMeters });
    return {};
  });

  const tokens = { secret: config.jwtSecret, audience: config.jwtAudience, issuer: config.jwtIssuer };
  const api = createApi({
    profiles,
    friendLists,
    verifier: createSecretVerifier(tokens),
    devTokenIssuer: config.devTokens
      ? new DevTokenIssuer({ ...tokens, lifetimeSeconds: config.devTokenLifetimeSeconds, clock })
      : null,
    metrics,
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
  return [ops, database.component, ...bus.components, http, bus.membership, ops.gate];
}
