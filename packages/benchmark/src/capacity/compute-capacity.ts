/** Computes from unit costs and a workload how many of everything it takes. */
import type { UnitCostName } from './unit-costs.ts';

export interface Workload {
  /** Connected at the same time. */
  readonly users: number;
  /** Between two reports of one user, s. */
  readonly intervalSeconds: number;
  readonly friends: number;
  /** Share of a user's friends who are active, 0–1. */
  readonly active: number;
  /** Share of the active friends who are near, 0–1. */
  readonly near: number;
}

export interface Machine {
  /** Share of a core or of memory that may be in use, 0–1: the rest is for storms and for a lost replica. */
  readonly utilization: number;
  /** Connections one gateway takes (MAX_CONNECTIONS). */
  readonly connectionsPerGateway: number;
}

/** Rates are per second, CPU in cores, memory in bytes, bandwidth in bits per second. */
export interface Capacity {
  readonly reports: number;
  readonly activeFriends: number;
  readonly deliveries: number;
  /** Gateways that one position goes to, on average. */
  readonly gatewaysPerUpdate: number;
  /** Positions that Redis hands to gateways. */
  readonly messages: number;
  readonly gatewayCores: number;
  readonly gatewaysForCpu: number;
  readonly gatewaysForConnections: number;
  readonly gateways: number;
  readonly gatewayBytesEach: number;
  readonly locationCores: number;
  readonly locations: number;
  readonly redisCores: number;
  readonly redisShards: number;
  readonly subscriptions: number;
  readonly redisBytes: number;
  readonly toClientsBits: number;
  readonly fromClientsBits: number;
  readonly busBits: number;
}

/** More gateways mean more messages, which mean more gateways: this settles within a few turns. */
const MAX_TURNS = 100;

/** A gateway, a location instance and a Redis shard each use one core: JavaScript and Redis run on one thread. */
export function computeCapacity(
  { users, intervalSeconds, friends, active, near }: Workload,
  { utilization, connectionsPerGateway }: Machine,
  cost: (name: UnitCostName) => number,
): Capacity {
  const reports = users / intervalSeconds;
  const activeFriends = friends * active;
  const deliveries = reports * activeFriends * near;
  const gatewaysForConnections = Math.ceil(users / connectionsPerGateway);
  const coresWith = (gateways: number): number =>
    (reports * cost('gatewayMicrosPerUpdate') +
      reports * gatewaysWithViewer(gateways, activeFriends) * cost('gatewayMicrosPerMessage') +
      deliveries * cost('gatewayMicrosPerDelivery')) /
    1e6;

  let gateways = gatewaysForConnections;
  let gatewaysForCpu = 0;
  for (let turn = 0; turn < MAX_TURNS; turn += 1) {
    gatewaysForCpu = Math.ceil(coresWith(gateways) / utilization);
    const wanted = Math.max(gatewaysForCpu, gatewaysForConnections);
    if (wanted <= gateways) break;
    gateways = wanted;
  }
  const gatewaysPerUpdate = gatewaysWithViewer(gateways, activeFriends);
  const messages = reports * gatewaysPerUpdate;
  const locationCores = (reports * cost('locationMicrosPerUpdate')) / 1e6;
  const redisCores = (reports * cost('redisMicrosPerUpdate') + messages * cost('redisMicrosPerMessage')) / 1e6;
  // Every user is active; each gateway subscribes once to each user who is a friend of one of its clients.
  const subscriptions = users * gatewaysPerUpdate;
  return {
    reports,
    activeFriends,
    deliveries,
    gatewaysPerUpdate,
    messages,
    gatewayCores: coresWith(gateways),
    gatewaysForCpu,
    gatewaysForConnections,
    gateways,
    gatewayBytesEach: cost('gatewayBytesAtRest') + (users / gateways) * cost('gatewayBytesPerClient'),
    locationCores,
    locations: Math.ceil(locationCores / utilization),
    redisCores,
    redisShards: Math.ceil(redisCores / utilization),
    subscriptions,
    redisBytes: users * cost('redisBytesPerEntry') + subscriptions * cost('redisBytesPerSubscription'),
    toClientsBits: 8 * deliveries * cost('bytesPerDelivery'),
    fromClientsBits: 8 * reports * cost('bytesPerUpdate'),
    busBits: 8 * (messages + reports) * cost('busBytesPerMessage'),
  };
}

/** Expected number of `gateways` with at least one of `viewers`, which are spread evenly over them. */
export function gatewaysWithViewer(gateways: number, viewers: number): number {
  if (gateways <= 1) return Math.min(gateways, viewers);
  return gateways * (1 - (1 - 1 / gateways) ** viewers);
}
