/** Builds an alerts instance. */
import { connection, createBus, FencedStreamFollower, openRedis } from '@nearby-friends/bus';
import { friendsOf, GRAPH_EVENTS, readActive } from '@nearby-friends/protocol';
import { type Component, ConfigError, OpsServer, type ServiceContext, systemClock } from '@nearby-friends/service-kit';
import { RightsWatch } from '@nearby-friends/visibility';
import { Lookout } from './looking/lookout.ts';
import { NearLook } from './looking/near-look.ts';
import { NoticeWatch } from './looking/notice-watch.ts';
import { ViewerRoster } from './looking/viewer-roster.ts';
import { createAlertsMetrics } from './metrics/alerts-metrics.ts';
import { AlertDecisions } from './pairs/alert-decisions.ts';
import { PushClient } from './push/push-client.ts';
import { PushKeyAnnouncer } from './push/push-key-announcer.ts';
import { PushQueue } from './push/push-queue.ts';
import { Vapid } from './push/vapid.ts';
import { AlertPreparation } from './sending/alert-preparation.ts';
import { AlertSender } from './sending/alert-sender.ts';
import { checkVapid, type settings } from './settings.ts';

/** Without a key the instance is idle, and ready. Throws `ConfigError`. */
export function composeAlerts({
  config,
  instanceId,
  replicaName,
  logger,
  metrics: registry,
  tracer,
}: ServiceContext<typeof settings>): Component[] {
  checkVapid(config);
  const clock = systemClock;
  const metrics = createAlertsMetrics(registry);
  const { redisUrl, redisPrefix, host, opsPort } = config;
  const isOn = config.vapidPrivateKey !== '';
  const bus = createBus({
    redisUrl,
    redisPrefix,
    service: 'alerts',
    instanceId,
    replicaName,
    watch: isOn ? ['location', 'friend-graph', 'alerts'] : [],
    metrics: registry,
    tracer,
    clock,
    logger,
  });
  if (!isOn) {
    logger.info('alerts are off: VAPID_PRIVATE_KEY is not set');
    const ops = new OpsServer({ host, port: opsPort, metrics: registry, logger, checks: [bus.readiness] });
    return [ops, ...bus.components, ops.gate];
  }

  const { rpc } = bus;
  const redisNow = () => bus.redisClock.now();
  const ttlMs = config.positionTtlSeconds * 1000;
  const lookMs = config.lookSeconds * 1000;
  const rights = new RightsWatch({ metrics });
  const streamRedis = openRedis({
    url: redisUrl,
    purpose: 'blocking',
    role: `alerts:${replicaName}:stream`,
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
  const vapid = vapidOf(config);
  const decisions = new AlertDecisions({ redis: bus.commands, redisNow });
  const sender = new AlertSender({
    rpc,
    preparation: new AlertPreparation({
      rpc,
      rights,
      areRightsCurrent: () => follower.isCurrent,
      decisions,
      ttlMs,
      redisNow,
    }),
    queue: new PushQueue({ clock }),
    client: new PushClient({ vapid, ownServices: config.pushServices }),
    topicSecret: config.vapidPrivateKey,
    publicUrl: config.publicUrl,
    metrics,
    logger,
  });
  const lookout = new Lookout({
    roster: new ViewerRoster({ rpc, registry: bus.registry, instanceId, lookMs, clock }),
    near: new NearLook({ rpc, decisions, sender, ttlMs, redisNow, metrics }),
    notices: new NoticeWatch({ rpc, decisions, sender }),
    lookMs,
    clock,
    metrics,
    logger,
  });
  bus.redisHealth.watch('stream', streamRedis);
  const ops = new OpsServer({
    host,
    port: opsPort,
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
    connection('stream reader', streamRedis),
    follower,
    new PushKeyAnnouncer({ redis: bus.commands, key: vapid.publicKey, clock, logger }),
    sender,
    lookout,
    bus.membership,
    ops.gate,
  ];
}

function vapidOf(config: { readonly vapidPrivateKey: string; readonly vapidSubject: string }): Vapid {
  try {
    return new Vapid({ privateKey: config.vapidPrivateKey, subject: config.vapidSubject, clock: systemClock });
  } catch {
    throw new ConfigError('VAPID_PRIVATE_KEY is no key of P-256. Take 32 other random bytes.');
  }
}
