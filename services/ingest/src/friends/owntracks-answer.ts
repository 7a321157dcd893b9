/** Friends as OwnTracks shows them on its map. */
import type { SeenFriend } from './nearby-friends.ts';

/** More pins help no one, and the app draws them all. */
export const MAX_FRIENDS = 100;

/**
 * Both apps know a friend by `tid`, so it is the whole id: two letters would make one pin of two friends. Android drops the
 * whole answer for a fraction in `batt` or `tst`, a missing `tid` or a type that it does not know.
 */
interface OwnTracksLocation {
  readonly _type: 'location';
  readonly tid: string;
  readonly lat: number;
  readonly lon: number;
  /** s since the epoch. */
  readonly tst: number;
  /** m */
  readonly acc?: number;
  /** km/h */
  readonly vel?: number;
  /** % */
  readonly batt?: number;
}

interface OwnTracksCard {
  readonly _type: 'card';
  readonly tid: string;
  readonly name: string;
}

/** Asks the app to report where it is now. */
export const REPORT_LOCATION = { _type: 'cmd', action: 'reportLocation' } as const;

/** The places of the friends, then the names of those that have one. */
export function toOwnTracks(friends: readonly SeenFriend[]): (OwnTracksLocation | OwnTracksCard)[] {
  const cards = friends.flatMap(({ id, displayName }): OwnTracksCard[] =>
    displayName === undefined ? [] : [{ _type: 'card', tid: id, name: displayName }],
  );
  return [...friends.map(toLocation), ...cards];
}

function toLocation({ id, position, at }: SeenFriend): OwnTracksLocation {
  const { lat, lng, accuracy, speed, battery } = position;
  return {
    _type: 'location',
    tid: id,
    lat,
    lon: lng,
    tst: Math.floor(at / 1000),
    ...(accuracy === undefined ? {} : { acc: Math.round(accuracy) }),
    ...(speed === undefined ? {} : { vel: Math.round(speed * 3.6) }),
    // Phones say 0 to 1 or 0 to 100; the protocol leaves it as it is.
    ...(battery === undefined ? {} : { batt: Math.round(battery <= 1 ? battery * 100 : battery) }),
  };
}
