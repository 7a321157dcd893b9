/** Reading movements, cutting out a window, and giving strangers' movements to users. */
import { describe, expect, it } from '@jest/globals';
import { parseUserId } from '@nearby-friends/protocol';
import { assignMovers } from './assign-movers.ts';
import { withFile } from './csv-files.testing.ts';
import { friendshipsOf } from './friendships.ts';
import { type Movement, parseIsoTime, readMovements, within } from './movements.ts';

const user = parseUserId;

function read(text: string): Promise<Movement[]> {
  return withFile(text, (file) => readMovements(file, 'Pass --movements FILE.'));
}

function movement(id: string, atMs: number): Movement {
  return { user: user(id), atMs, lat: 37, lng: -122 };
}

describe('readMovements', () => {
  it('reads users, UTC times and degrees', async () => {
    expect(await read('user,timestamp,lat,lon\n7,2009-03-14T02:11:40Z,37.795339,-122.393725\n')).toEqual([
      { user: '7', atMs: Date.UTC(2009, 2, 14, 2, 11, 40), lat: 37.795_339, lng: -122.393_725 },
    ]);
  });

  it.each([
    ['an earlier time', '7,2009-03-14T02:11:39Z,37,-122', /line 3: “timestamp” is not later than the line before/],
    ['a time without a zone', '7,2009-03-14T02:11:41,37,-122', /line 3: “timestamp” is not an ISO 8601 time/],
    ['an empty latitude', '7,2009-03-14T02:11:41Z,,-122', /line 3: “lat, lon” is not a position/],
    ['a latitude beyond the pole', '7,2009-03-14T02:11:41Z,90.1,-122', /line 3: “lat, lon” is not a position/],
    ['no user', ',2009-03-14T02:11:41Z,37,-122', /line 3: “user” is not a user id/],
  ])('refuses %s', async (_what, line, message) => {
    await expect(read(`user,timestamp,lat,lon\n7,2009-03-14T02:11:40Z,37,-122\n${line}\n`)).rejects.toThrow(message);
  });

  it('allows equal times', async () => {
    expect(await read('user,timestamp,lat,lon\na,2009-03-14T02:00Z,1,1\nb,2009-03-14T02:00Z,1,1\n')).toHaveLength(2);
  });
});

describe('parseIsoTime', () => {
  it('needs a zone', () => {
    expect(parseIsoTime('2010-01-01T00:00:00+01:00')).toBe(Date.UTC(2009, 11, 31, 23));
    expect(parseIsoTime('2010-01-01T00:00:00')).toBeUndefined();
    expect(parseIsoTime('2010-01-01')).toBeUndefined();
    expect(parseIsoTime('2010-13-01T00:00:00Z')).toBeUndefined();
  });
});

describe('within', () => {
  it('holds the beginning and not the end', () => {
    const movements = [movement('a', 1), movement('a', 2), movement('a', 3)];
    expect(within(movements, { fromMs: 2, toMs: 3 })).toEqual([movement('a', 2)]);
  });
});

describe('assignMovers', () => {
  const friendships = friendshipsOf([
    [user('1'), user('2')],
    [user('1'), user('3')],
  ]);

  it('gives the movers in order of id to the users in order of friends', () => {
    const { movements, userOf } = assignMovers([movement('cab2', 1), movement('cab1', 2)], friendships);
    expect([...userOf]).toEqual([
      ['cab1', '1'],
      ['cab2', '2'],
    ]);
    expect(movements).toEqual([movement('2', 1), movement('1', 2)]);
  });

  it('leaves out movers without a user, and counts them', () => {
    const all = ['a', 'b', 'c', 'd'].map((id, index) => movement(id, index));
    const { movements, leftOut } = assignMovers(all, friendships);
    expect(leftOut).toBe(1);
    expect(movements.map(({ atMs }) => atMs)).toEqual([0, 1, 2]);
  });
});
