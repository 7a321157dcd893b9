/** Reading friendships: symmetric, each once, and errors a person can act on. */
import { describe, expect, it } from '@jest/globals';
import { parseUserId } from '@nearby-friends/protocol';
import { withFile } from './csv-files.testing.ts';
import { byNumberOfFriends, friendshipsOf, readFriendships } from './friendships.ts';

const REMEDY = 'Pass --friendships FILE.';
const user = parseUserId;

function read(text: string): ReturnType<typeof readFriendships> {
  return withFile(text, (file) => readFriendships(file, REMEDY));
}

describe('readFriendships', () => {
  it('makes every friendship hold in both directions, also when it is given twice', async () => {
    const friendships = await read('user,friend\na,b\nb,a\nc,a\n');
    expect(friendships).toEqual(
      new Map([
        [user('a'), new Set([user('b'), user('c')])],
        [user('b'), new Set([user('a')])],
        [user('c'), new Set([user('a')])],
      ]),
    );
  });

  it('finds its columns by name, behind a byte order mark, with further columns and Windows line ends', async () => {
    const friendships = await read('\uFEFFsince,friend,user\r\n2009,b,a\r\n');
    expect([...friendships.keys()]).toEqual(['a', 'b']);
  });

  it('names the line of an invalid user id', async () => {
    await expect(read('user,friend\na,b\na,b c\n')).rejects.toThrow(/data\.csv, line 3: “friend” is not a user id/);
  });

  it('refuses a friendship with oneself', async () => {
    await expect(read('user,friend\na,a\n')).rejects.toThrow(/line 2: “friend” is not another user/);
  });

  it('names the column that is missing and the columns that are needed', async () => {
    await expect(read('user,buddy\na,b\n')).rejects.toThrow(/no column “friend”\. .* user, friend/);
  });

  it('names the line with too few fields', async () => {
    await expect(read('user,friend\na\n')).rejects.toThrow(/not a well-formed CSV file .*line 2/);
  });

  it('names the remedy for a missing file', async () => {
    await expect(readFriendships('nowhere/f.csv', REMEDY)).rejects.toThrow(
      'The file nowhere/f.csv cannot be read. Pass --friendships FILE.',
    );
  });
});

describe('byNumberOfFriends', () => {
  it('puts the best connected first and decides ties by id', () => {
    const friendships = friendshipsOf([
      [user('x'), user('c')],
      [user('x'), user('b')],
      [user('x'), user('a')],
    ]);
    expect(byNumberOfFriends(friendships)).toEqual(['x', 'a', 'b', 'c']);
  });
});
