/** Builds a gateway instance. */
import { connection, createBus, openRedis } from '@nearby-friends/bus';
import {
  decodePositionRecord,
  friendsOf,
  notifyDevices,
  readActive,
  recordPositions,
  setRadius,
  type UserId,
} from '@nearby-friends/protocol';
import {
  type Component,
  createTokenVerifier,
  delay,
  Metrics,
  OpsServer,
  type ServiceContext,
  systemClock,
} from '@nearby-friends/service-kit';
import { createShardedAdapter } from '@socket.io/redis-adapter';
import { ClientEvents } from './client-events.ts';
import { NearbyDelivery } from './deliver-nearby.ts';
import { Drain } from './drain.ts';
import { FriendBoard } from './friend-board.ts';
import { FriendChannels } from './friend-channels.ts';
import { FriendLists } from './friend-lists.ts';
import { FriendsDirectory } from './friends-directory.ts';
import { createGatewayMetrics } from './gateway-metrics.ts';
import { Handshake } from './handshake.ts';
import { inTurn } from './in-turn.ts';
import { Inboxes } from './inboxes.ts';
import { SessionOpener } from './open-session.ts';
import { PositionUplink } from './position-uplink.ts';
import { readMessage } from './read-message.ts';
import { PositionReceiver } from './receive-position.ts';
import { Recovery } from './recover.ts';
import { Sessions } from './sessions.ts';
import type { settings } from './settings.ts';
import { SocketServer } from './socket-server.ts';

const READ_RETRY_MS = 250;

export function composeGateway({ config, instanceId, logger }: ServiceContext<typeof settings>): Component[] {
  const clock = systemClock;
  const { redisUrl } = config;
  const registry = new Metrics();
  registry.collectProcess();
  const metrics = createGatewayMetrics(registry);

  const bus = createBus({
    redisUrl,
    service: 'gateway',
    instanceId,
    watch: ['location', 'friend-graph'],
    clock,
    logger,
  });
  const redisNow = () => bus.redisClock.now();
  const directory = new FriendsDirectory({ rpc: bus.rpc, clock, metrics });

  // --- What is known of friends, and who is told
  const delivery = new NearbyDelivery({ clock, redisNow, metrics, flushIntervalMs: config.flushIntervalMs });
  const board: FriendBoard = new FriendBoard({
    ttlMs: config.positionTtlSeconds * 1000,
    redisNow,
    clock,
    onChange: (watch) => delivery.consider(watch),
    onSilent: (subject) => lists.confirmSilence(subject),
  });
  const refresh = async (friend: UserId): Promise<void> => {
    while (channels.has(friend)) {
      try {
        const entry = await directory.entryOf(friend);
        if (entry) board.apply(friend, entry);
        return;
      } catch (error) {
        logger.debug({ reason: error instanceof Error ? error.message : 'unknown' }, 'an entry could not be read yet');
        await delay(clock, READ_RETRY_MS);
      }
    }
  };
  const channels: FriendChannels = new FriendChannels({
    subscriber: bus.subscriptions,
    onMessage: (friend, payload) => {
      metrics.positionsReceived.inc();
      const record = readMessage(decodePositionRecord, payload, metrics);
      if (record) board.apply(friend, record);
    },
    readEntry: refresh,
    onLeft: (friend) => board.forget(friend),
    clock,
  });
  const lists = new FriendLists({ board, channels, delivery, readEntry: (user) => directory.entryOf(user), clock });

  // --- Sessions
  const inboxes = new Inboxes({
    subscriber: bus.subscriptions,
    onFriendActive: (session, { subject, grant, at, position }) => {
      lists.add(session, subject, grant, { at, position }).catch((error: unknown) => {
        logger.error({ error, session: session.id }, 'a friend who became active could not be watched');
      });
    },
    onRadius: (session, radiusMeters) => delivery.setRadius(session, radiusMeters),
    metrics,
  });
  const opener = new SessionOpener({ inboxes, directory, lists, delivery, metrics, clock, logger });
  const sessions = new Sessions({ lists, inboxes, clock, wallNow: Date.now, logger });

  // --- Positions of the clients here
  const uplink = new PositionUplink({
    candidates: () => bus.registry.candidates('location'),
    send: (batch, instance) => bus.rpc.call(recordPositions, batch, instance ? { instance } : {}),
    clock,
    gatherMs: config.uplinkGatherMs,
  });
  const receiver = new PositionReceiver({
    redisNow,
    record: (received) => uplink.record(received),
    open: (session, recorded) => {
      opener.open(session, recorded).catch((error: unknown) => {
        logger.error({ error, session: session.id }, 'opening a session failed');
      });
    },
    delivery,
    clock,
  });
  const recovery = new Recovery({
    sessions: () => sessions.all(),
    repeatPosition: (session) => receiver.repeat(session),
    watchedFriends: () => channels.friends(),
    refresh,
    reopen: (session) => opener.reopen(session),
    logger,
  });
  bus.subscriptions.onRestored(() => {
    recovery.run().catch((error: unknown) => logger.error({ error }, 'recovering failed'));
  });

  // --- The edge
  const verifier = createTokenVerifier({ config, clock, logger });
  const events = new ClientEvents({
    receivePosition: (session, payload) => receiver.receive(session, payload),
    // One after the other, so that of two quick ones the second is in force.
    setRadius: inTurn(async (session, radiusMeters) => {
      await bus.rpc.call(setRadius, { user: session.user, radiusMeters }, { key: session.user });
      delivery.setRadius(session, radiusMeters);
    }),
    verifier,
    limits: { eventsPerSecond: config.eventsPerSecond, eventsBurst: config.eventsBurst },
    metrics,
    clock,
    logger,
  });
  const adapterPub = openRedis({
    url: redisUrl,
    purpose: 'patient',
    role: `gateway:${instanceId}:adapter-pub`,
    logger,
  });
  const adapterSub = openRedis({
    url: redisUrl,
    purpose: 'patient',
    role: `gateway:${instanceId}:adapter-sub`,
    logger,
  });
  const sockets = new SocketServer({
    host: config.host,
    port: config.port,
    allowedOrigins: config.allowedOrigins,
    adapter: createShardedAdapter(adapterPub, adapterSub, { subscriptionMode: 'dynamic' }),
    handshake: new Handshake({
      verifier,
      connections: () => sessions.size,
      maxConnections: config.maxConnections,
    }),
    begin: (id, verified, transport) => sessions.begin(id, verified, transport),
    end: (session) => sessions.end(session),
    receiverFor: (session) => events.receiverFor(session),
    metrics,
    logger,
  });
  bus.rpc.serve(notifyDevices, ({ user, friendsChanged }) => {
    sockets.tellDevices(user, friendsChanged);
    return {};
  });

  // --- For operators
  registry.gauge('sessions', 'Connections with a valid token.', () => sessions.size);
  for (const kind of ['waiting', 'opening', 'live'] as const) {
    registry.gauge(`sessions_${kind}`, `Sessions that are ${kind}.`, () => sessions.countIn(kind));
  }
  registry.gauge('friend_subscriptions', 'Subscriptions to friends’ channels.', () => channels.size);
  registry.gauge('inbox_subscriptions', 'Subscriptions to viewers’ inboxes.', () => inboxes.size);
  registry.gauge('friends_on_board', 'Friends whose positions are held.', () => board.size);
  const ops = new OpsServer({
    host: config.host,
    port: config.opsPort,
    metrics: registry,
    logger,
    checks: [
      bus.readiness,
      { name: 'location', check: async () => void (await bus.rpc.call(readActive, { users: [] })) },
      { name: 'friend-graph', check: async () => void (await bus.rpc.call(friendsOf, { viewers: [] })) },
    ],
  });
  const drain = new Drain({
    sessions: () => sessions.all(),
    closeTransport: (session) => sockets.closeTransport(session),
    spreadMs: config.drainSpreadSeconds * 1000,
    clock,
    random: Math.random,
    logger,
  });
  return [
    ops,
    ...bus.components,
    connection('adapter publisher', adapterPub),
    connection('adapter subscriber', adapterSub),
    board,
    uplink,
    delivery,
    sessions,
    drain,
    sockets,
    bus.membership,
    ops.gate,
  ];
}
