/** Compares the type declarations of this package with the protocol's: a difference is a compile error. */
import { describe, expect, it } from '@jest/globals';
import {
  CLIENT_PROTOCOL_VERSION,
  CONNECTION_CLOSING,
  DEVICE_SHARE,
  DEVICE_SHARED,
  ERROR_CODES,
  FRIENDS_CHANGED,
  LOCATION_UPDATE,
  NEARBY_CHANGES,
  NEARBY_SNAPSHOT,
  PACE_SET,
  type ErrorCodeName as ProtocolErrorCode,
  type FriendsChanged as ProtocolFriendsChanged,
  type NearbyChanges as ProtocolNearbyChanges,
  type NearbyFriend as ProtocolNearbyFriend,
  type NearbySnapshot as ProtocolNearbySnapshot,
  type Position as ProtocolPosition,
  type Precision as ProtocolPrecision,
  RADIUS_SET,
  SERVER_CLOCK,
  SERVER_DRAINING,
  SHARING_CHANGED,
  TOKEN_REFRESH,
  type UserId,
  VIEWERS_CHANGED,
  VIEWING_SET,
} from '@nearby-friends/protocol';
import { asServerErrorCode } from './as-server-error-code.ts';
import { EVENTS, PROTOCOL_VERSION } from './connection/socket.ts';
import type {
  FriendsChanged,
  NearbyChanges,
  NearbyFriend,
  NearbySnapshot,
  Position,
  Precision,
  ServerErrorCode,
} from './wire-messages.ts';

/** Replaces branded ids by plain strings, because apps do not know the brand. */
type Unbranded<T> = T extends UserId
  ? string
  : T extends (infer Item)[]
    ? Unbranded<Item>[]
    : T extends object
      ? { [Key in keyof T]: Unbranded<T[Key]> }
      : T;
/** Flattens an interface to one object type, so that `extends` makes no difference. */
type Flat<T> = T extends (infer Item)[] ? Flat<Item>[] : T extends object ? { [Key in keyof T]: Flat<T[Key]> } : T;
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Same<Declared, Protocol> = Equal<Flat<Declared>, Flat<Unbranded<Protocol>>>;

describe('the wire types', () => {
  it('equal the types of the protocol', () => {
    const same: [
      Same<Position, ProtocolPosition>,
      Same<NearbyFriend, ProtocolNearbyFriend>,
      Same<NearbySnapshot, ProtocolNearbySnapshot>,
      Same<NearbyChanges, ProtocolNearbyChanges>,
      Same<FriendsChanged, ProtocolFriendsChanged>,
      Same<Precision, ProtocolPrecision>,
      Same<ServerErrorCode, ProtocolErrorCode>,
    ] = [true, true, true, true, true, true, true];
    expect(same).not.toContain(false);
  });

  it('are compared by a check that detects differences', () => {
    const different: [
      Same<Position, ProtocolNearbyFriend>,
      Same<Omit<NearbyFriend, 'battery'>, ProtocolNearbyFriend>,
      Same<Required<Position>, ProtocolPosition>,
      Same<Precision, 'exact' | 'approximate'>,
    ] = [false, false, false, false];
    expect(different).not.toContain(true);
  });

  it('use the protocol’s event names, error codes and version', () => {
    expect(EVENTS).toEqual({
      locationUpdate: LOCATION_UPDATE,
      deviceShare: DEVICE_SHARE,
      deviceShared: DEVICE_SHARED,
      paceSet: PACE_SET,
      radiusSet: RADIUS_SET,
      tokenRefresh: TOKEN_REFRESH,
      nearbySnapshot: NEARBY_SNAPSHOT,
      nearbyChanges: NEARBY_CHANGES,
      friendsChanged: FRIENDS_CHANGED,
      sharingChanged: SHARING_CHANGED,
      viewersChanged: VIEWERS_CHANGED,
      serverClock: SERVER_CLOCK,
      serverDraining: SERVER_DRAINING,
      connectionClosing: CONNECTION_CLOSING,
      viewingSet: VIEWING_SET,
    });
    expect(PROTOCOL_VERSION).toBe(CLIENT_PROTOCOL_VERSION);
    const codes = Object.keys(ERROR_CODES);
    expect(codes.map(asServerErrorCode)).toEqual(codes);
    expect(asServerErrorCode('toString')).toBeUndefined();
  });
});
