/** Builds the parts between the graph events, friends' positions and the lists of the sessions. */
import type { Bus, StreamEnd } from '@nearby-friends/bus';
import type { Clock, Logger, Tracer } from '@nearby-friends/service-kit';
import { NearbyDelivery } from './delivery/nearby-delivery.ts';
import { FriendBoard } from './friends/friend-board.ts';
import { FriendChannels } from './friends/friend-channels.ts';
import { FriendDirectory } from './friends/friend-directory.ts';
import { FriendLists } from './friends/friend-lists.ts';
import { Inboxes } from './friends/inboxes.ts';
import { RightsApplier } from './graph-events/rights-applier.ts';
import type { GatewayMetrics } from './metrics/gateway-metrics.ts';
import { RightsLedger } from './rights/rights-ledger.ts';
import { DeviceReleases } from './sessions/device-releases.ts';
import { RadiusApplier } from './sessions/radius-applier.ts';
import { SessionOpener } from './sessions/session-opener.ts';
import { Sessions } from './sessions/sessions.ts';
import { FastReports } from './viewing/fast-reports.ts';
import { PaceSetter } from './viewing/pace-setter.ts';
import { ViewingLeases } from './viewing/viewing-leases.ts';
import { ViewingMarks } from './viewing/viewing-marks.ts';

export function composeNearby(options: {
  bus: Pick<Bus, 'commands' | 'publish' | 'redisClock' | 'rpc' | 'subscriptions'>;
  flushIntervalMs: number;
  positionTtlMs: number;
  /** Whether all revocations that others rely on are applied here. A function, since the follower needs the applier. */
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

  // --- Positions of friends, and their viewers' lists
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
    delivery,
    // Functions, since the lists need the board.
    onExpired: (subject) => lists.confirmExpiry(subject),
    onGrantEnded: ({ session, subject }) => lists.remove(session, subject.user),
  });
  const channels = new FriendChannels({
    subscriber: bus.subscriptions,
    board,
    directory,
    metrics,
    clock,
    logger,
  });
  const lists = new FriendLists({ board, channels, delivery, ledger, redisNow, directory, clock });

  // --- Sessions
  const paces = new PaceSetter({ redisNow, metrics, clock, random: Math.random });
  const inboxes = new Inboxes({
    subscriber: bus.subscriptions,
    // A function, since the applier needs the opener, which joins the inboxes.
    onFriendActive: (session, message) => applier.friendActive(session, message),
    onViewed: (session) => paces.viewed(session),
    metrics,
  });
  const releases = new DeviceReleases({ rpc: bus.rpc, clock, logger });
  const sessions = new Sessions({ lists, inboxes, releases, clock, wallNow: Date.now, logger });
  const radii = new RadiusApplier({ delivery });
  const opener = new SessionOpener({
    inboxes,
    directory,
    lists,
    delivery,
    ledger,
    board,
    sessions,
    // A function, since the applier needs the opener.
    acceptEpoch: (epoch) => applier.acceptEpoch(epoch),
    radii,
    metrics,
    tracer,
    clock,
    logger,
  });

  // --- Graph events
  const applier: RightsApplier = new RightsApplier({
    ledger,
    sessions,
    board,
    lists,
    opener,
    radii,
    hasFollowedFrom,
    redisNow,
    metrics,
    clock,
    logger,
  });

  // --- Who looks
  const marks = new ViewingMarks({ redis: bus.commands, logger });
  const fastReports = new FastReports({ publish: bus.publish, marks, redisNow, metrics, clock, logger });
  const leases = new ViewingLeases({ fastReports, marks, clock });

  return { applier, board, channels, delivery, inboxes, leases, ledger, opener, radii, releases, sessions };
}
