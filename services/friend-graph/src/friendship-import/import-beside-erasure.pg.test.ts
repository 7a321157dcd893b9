import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { by, id, useGraph } from '../graph/graph.testing.ts';
import { importFriendshipsFile } from './import-friendships-file.ts';

const setting = useGraph();
const { database } = setting;
const gone = id('gone');
let file: string;

beforeAll(async () => {
  file = path.join(await mkdtemp(path.join(tmpdir(), 'friendships-')), 'friendships.csv');
  await writeFile(file, 'user,friend\nann,bob\nann,gone\n');
});
afterAll(async () => {
  await rm(path.dirname(file), { recursive: true });
});

const importFile = () => importFriendshipsFile({ databaseUrl: database.url, file });
const users = async () =>
  (await database.query<{ id: string }>('SELECT id FROM users ORDER BY id')).map((row) => row.id);

describe('[G2] an import beside an erasure', () => {
  it('that is under way waits for it, and does not create the user again', async () => {
    await setting.befriend('ann', 'gone');
    // The erasure has deleted the user and not committed it.
    const revocations = await database.hold('LOCK TABLE token_revocations IN SHARE MODE');
    const erasing = setting.graph.accounts.erase(by(gone));
    await database.untilWaiting(1);
    const importing = importFile();
    await database.untilWaiting(2);
    await revocations.release();
    await erasing;
    expect(await importing).toMatchObject({ erased: 1, newUsers: 1, newEdges: 2 });
    expect(await users()).toEqual(['ann', 'bob']);
  });

  it('that begins during the import makes it wait, and then erases what it added', async () => {
    await setting.befriend('ann', 'cid');
    // The import has added its users and not committed them.
    const requests = await database.hold('LOCK TABLE friend_requests IN ACCESS EXCLUSIVE MODE');
    const importing = importFile();
    await database.untilWaiting(1);
    const erasing = setting.graph.accounts.erase(by(gone));
    await database.untilWaiting(2);
    await requests.release();
    expect(await importing).toMatchObject({ erased: 0, newUsers: 2, newEdges: 4 });
    await erasing;
    expect(await users()).toEqual(['ann', 'bob', 'cid']);
    expect(await setting.friendsOf('ann')).toEqual(['bob', 'cid']);
  });
});
