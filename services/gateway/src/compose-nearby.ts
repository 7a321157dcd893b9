/** Builds what a gateway knows of friends: where they are, who may see them, and who is told. */
import type { Bus, StreamEnd } from '@nearby-friends/bus';
import { decodePositionRecord, type UserId } from '@nearby-friends/protocol';
import { type Clock, delay, type Logger, type Tracer } from '@nearby-friends/service-kit';
import { NearbyDelivery } from './delivery/nearby-delivery.ts';
import { FriendBoard } from './friends/friend-board.ts';
import { FriendChannels } from './friends/friend-channels.ts';
import { FriendDirectory } from './friends/friend-directory.ts';
import { FriendLists } from './friends/friend-lists.ts';
import { Inboxes } from './friends/inboxes.ts';
import { RightsApplier } from './graph-events/rights-applier.ts';
import type { GatewayMetrics } from './metrics/gateway-metrics.ts';
import { RightsLedger } from './rights/rights-ledger.ts';
import { SessionOpener } from './sessions/session-opener.ts';
import { Sessions } from './sessions/sessions.ts';
import { decodeBusMessage } from './wire/decode-bus-message.ts';

const READ_RETRY_MS = 250;

export function composeNearby(options: {
  bus: Pick<Bus, 'rpc' | 'redisClock' | 'subscriptions'>;
  flushIntervalMs: number;
  positionTtlMs: number;
  /** Whether every change of rights that others may rely on has been applied here. */
  areRightsCurrent: () => boolean;
  hasFollowedFrom: (end: StreamEnd) => boolean;
  metrics: GatewayMetrics;
  tracer: Tracer;
  clock: Clock;
  logger: Logger;
}) {
  const { areRightsCurrent, bus, clock, flushIntervalMs, hasFollowedFrom, logger, metrics, positionTtlMs, tracer } =
    options;
  const redisNow = () => bus.redisClock.now();
  const directory = new FriendDirectory({ rpc: bus.rpc, clock, metrics });

  // --- What is known of friends, and who is told
  const ledger = new RightsLedger({ clock });
  const delivery = new NearbyDelivery({
    clock,
    redisNow,
    metrics,
    flushIntervalMs,
    areRightsCurrent,
    ledger,
    logger,
  });
  const board: FriendBoard = new FriendBoard({
    ttlMs: positionTtlMs,
    redisNow,
    clock,
    onMove: (watch) => delivery.consider(watch),
    onChange: (watch) => delivery.considerUrgent(watch),
    onSilent: (subject) => lists.confirmSilence(subject),
    onGrantEnded: ({ session, subject }) => lists.remove(session, subject.user),
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
      const record = decodeBusMessage(decodePositionRecord, payload, metrics);
      if (record) board.apply(friend, record);
    },
    readEntry: refresh,
    onLeft: (friend) => board.forget(friend),
    clock,
  });
  const lists = new FriendLists({
    board,
    channels,
    delivery,
    ledger,
    redisNow,
    readEntry: (user) => directory.entryOf(user),
    clock,
  });

  // --- Sessions
  const inboxes = new Inboxes({
    subscriber: bus.subscriptions,
    onFriendActive: (session, message) => applier.friendActive(session, message),
    metrics,
  });
  const opener = new SessionOpener({
    inboxes,
    directory,
    lists,
    delivery,
    ledger,
    board,
    onSignedOut: (session, before) => sessions.callBack(session, before),
    metrics,
    tracer,
    clock,
    logger,
  });
  const sessions: Sessions = new Sessions({ lists, inboxes, clock, wallNow: Date.now, logger });

  // --- Who may see whom, as it changes
  const applier: RightsApplier = new RightsApplier({
    ledger,
    sessions,
    board,
    lists,
    delivery,
    opener,
    hasFollowedFrom,
    redisNow,
    metrics,
    clock,
    logger,
  });

  return { applier, board, channels, delivery, inboxes, ledger, opener, refresh, sessions };
}
