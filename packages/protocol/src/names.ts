/** All names that cross processes: services, Redis keys, channels and streams. */
import type { UserId } from './user-id.ts';

/** The kinds of service that can be addressed over the bus. */
const SERVICE_NAMES = ['gateway', 'location', 'friend-graph', 'ingest', 'alerts'] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

/**
 * Key of a user's last known position and, being the same string, the channel its changes are published on:
 * one name, one slot, so that a script may set and publish in one step on a Redis Cluster too.
 */
export function locationKey(user: UserId): string {
  return `location:{${user}}`;
}

/** Sorted set of the users erased within the last TTL: until which time, in ms, positions of the user are refused. */
export const ERASED_USERS = 'erased-users';

/** Exists for a minute and a half after a gateway has noticed that a viewer looks at `user`, for reports over HTTP. */
export function viewedKey(user: UserId): string {
  return `viewed:{${user}}`;
}

/** Exists while a page or app of `user` is looked at, and for a minute and a half after a connection was lost. */
export function viewingKey(user: UserId): string {
  return `viewing:{${user}}`;
}

/** Channel for messages to `user` as a viewer. Every gateway with a session of the user subscribes to it. */
export function inboxChannel(user: UserId): string {
  return `inbox:{${user}}`;
}

/**
 * Channel of the RPC requests to one instance, which is one process. It has a subscriber as long as that process lives; an
 * instance that stops leaves it first.
 */
export function instanceChannel(service: ServiceName, instanceId: string): string {
  return `rpc:{${service}:${instanceId}}`;
}

/** Channel of the RPC responses to one instance. It stays subscribed until the instance has nothing left to request. */
export function responseChannel(service: ServiceName, instanceId: string): string {
  return `rpc-responses:{${service}:${instanceId}}`;
}

/** Sorted set of the live instances of a service; the score is the time of the last heartbeat, in ms. */
export function instancesKey(service: ServiceName): string {
  return `instances:{${service}}`;
}

/**
 * Hash of what alerts keeps of one viewer: when each friend was last near, and when alerts were sent. One key, so one slot: every
 * decision about a viewer is one script call. It has no position.
 */
export function alertsKey(viewer: UserId): string {
  return `alerts:{${viewer}}`;
}

/** The public key that browsers subscribe to push messages with (VAPID, RFC 8292), written by alerts while it can send. */
export const PUSH_KEY = 'push-key';

/** Stream of all changes of grants: friend-graph → every gateway. The bus keeps its followers beside it. */
export const GRAPH_EVENTS = 'graph-events';

/**
 * Socket.IO room that holds all devices of one user. The prefix alone is longer than 20 characters,
 * because the Redis adapter takes any room of exactly 20 characters for a socket id.
 */
export function devicesRoom(user: UserId): string {
  return `all-devices-of-the-user:${user}`;
}
