/** Type guards for server messages. They check the fields that this package reads and allow new ones. */
import type { FriendsChanged, NearbyChanges, NearbyFriend, NearbySnapshot } from '../wire-messages.ts';

export function isNearbySnapshot(message: unknown): message is NearbySnapshot {
  return isObject(message) && isNumber(message['radiusMeters']) && isListOf(message['friends'], isNearbyFriend);
}

export function isNearbyChanges(message: unknown): message is NearbyChanges {
  return isObject(message) && isListOf(message['upserts'], isNearbyFriend) && isListOf(message['removed'], isString);
}

export function isFriendsChanged(message: unknown): message is FriendsChanged {
  return isObject(message) && isString(message['kind']) && isString(message['userId']);
}

export function isDeviceShared(message: unknown): message is { thisDevice: boolean } {
  return isObject(message) && typeof message['thisDevice'] === 'boolean';
}

export function isPaceSet(message: unknown): message is { everyMs: number; until: number } {
  return isObject(message) && isNumber(message['everyMs']) && isNumber(message['until']);
}

export function isServerDraining(message: unknown): message is { reconnectInMs: number } {
  return isObject(message) && isNumber(message['reconnectInMs']);
}

export function isServerClock(message: unknown): message is { now: number } {
  return isObject(message) && isNumber(message['now']);
}

/** For messages that say nothing but that they came. */
export function isAnyMessage(_message: unknown): _message is unknown {
  return true;
}

export function isConnectionClosing(
  message: unknown,
): message is { code: string; message: string; retryable: boolean } {
  return isObject(message) && isString(message['code']) && isString(message['message']) && 'retryable' in message;
}

export function isLocationAccepted(ack: unknown): ack is { at: number; shared?: unknown } {
  return isObject(ack) && isNumber(ack['at']);
}

function isNearbyFriend(value: unknown): value is NearbyFriend {
  if (!isObject(value) || !isString(value['id']) || !isString(value['precision'])) return false;
  if (value['staysVisibleSeconds'] !== undefined && !isNumber(value['staysVisibleSeconds'])) return false;
  return ['lat', 'lng', 'distance', 'at'].every((field) => isNumber(value[field]));
}

function isListOf<T>(value: unknown, isItem: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.every(isItem);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}
