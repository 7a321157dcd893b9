/** The client's list: the rules of the protocol, and every way a server can break them. */
import { describe, expect, it } from '@jest/globals';
import { type NearbyFriend, parseUserId } from '@nearby-friends/protocol';
import { NearbyList, type ProtocolBreach } from './nearby-list.ts';

const RADIUS_METERS = 8_046.72;
const id = parseUserId;

function friend(name: string, distance: number): NearbyFriend {
  return { id: id(name), lat: 0, lng: 0, distance, at: 0, precision: 'exact' };
}

function snapshot(...friends: NearbyFriend[]): { radiusMeters: number; friends: NearbyFriend[] } {
  return { radiusMeters: RADIUS_METERS, friends };
}

/** A list on a connection whose first report has been sent. */
function openList(): { list: NearbyList; breaches: ProtocolBreach[] } {
  const breaches: ProtocolBreach[] = [];
  const list = new NearbyList({ radiusMeters: RADIUS_METERS, onBreach: (breach) => breaches.push(breach) });
  list.connectionOpened();
  list.updateSent();
  return { list, breaches };
}

function names(list: NearbyList): string[] | undefined {
  return list.shown?.map((entry) => entry.id);
}

describe('NearbyList', () => {
  it('shows nothing before a snapshot, then the snapshot', () => {
    const { list, breaches } = openList();
    expect(list.shown).toBeUndefined();
    list.applySnapshot(snapshot(friend('a', 1), friend('b', 2)));
    expect(names(list)).toEqual(['a', 'b']);
    expect(breaches).toEqual([]);
  });

  it('[N2] applies changes by newest value and sorts by distance', () => {
    const { list, breaches } = openList();
    list.applySnapshot(snapshot(friend('a', 1), friend('b', 2), friend('c', 3)));
    list.applyChanges({ upserts: [friend('a', 9), friend('d', 0)], removed: [id('c'), id('unknown')] });
    expect(names(list)).toEqual(['d', 'b', 'a']);
    expect(breaches).toEqual([]);
  });

  it('replaces the whole list by a further snapshot', () => {
    const { list } = openList();
    list.applySnapshot(snapshot(friend('a', 1)));
    list.applySnapshot(snapshot(friend('b', 2)));
    expect(names(list)).toEqual(['b']);
  });

  it('has no list of the new connection until its snapshot', () => {
    const { list } = openList();
    list.applySnapshot(snapshot(friend('a', 1)));
    list.connectionOpened();
    expect(list.shown).toBeUndefined();
  });

  it.each<[ProtocolBreach, (list: NearbyList) => void]>([
    ['snapshot not sorted by distance', (list) => list.applySnapshot(snapshot(friend('a', 2), friend('b', 1)))],
    ['one friend twice in a message', (list) => list.applySnapshot(snapshot(friend('a', 1), friend('a', 1)))],
    ['changes before the snapshot of the connection', (list) => list.applyChanges({ upserts: [], removed: [] })],
    ['another radius than was set', (list) => list.applySnapshot({ radiusMeters: 5_000, friends: [] })],
    [
      'one friend upserted and removed in a message',
      (list) => {
        list.applySnapshot(snapshot());
        list.applyChanges({ upserts: [friend('a', 1)], removed: [id('a')] });
      },
    ],
    [
      'list before the first report of the connection',
      (list) => {
        list.connectionOpened();
        list.applySnapshot(snapshot());
      },
    ],
  ])('notes: %s', (breach, send) => {
    const { list, breaches } = openList();
    send(list);
    expect(breaches).toEqual([breach]);
  });
});
