import { describe, expect, it } from '@jest/globals';
import { CodedError, parseUserId, type UserId } from '@nearby-friends/protocol';
import { eventually } from '@nearby-friends/testing/eventually';
import { useDatabase } from './database.testing.ts';
import { GraphTransactions } from './graph-transaction.ts';

const database = useDatabase();
const [ann, bob, cid] = [parseUserId('ann'), parseUserId('bob'), parseUserId('cid')];
const transactions = () => new GraphTransactions({ client: database.opened.client });
const addUsers = () =>
  database.query(`INSERT INTO users (id, display_name) VALUES ('ann', 'x'), ('bob', 'x'), ('cid', 'x')`);

describe('a transaction of the graph', () => {
  it('starts again when PostgreSQL ends it to resolve a deadlock', async () => {
    await addUsers();
    const attempts = { ann: 0, bob: 0 };
    let holding = 0;
    let release: () => void = () => undefined;
    const bothHold = new Promise<void>((resolve) => (release = resolve));
    const lockBoth = (first: 'ann' | 'bob', then: 'ann' | 'bob') =>
      transactions().run(async ({ client }) => {
        attempts[first]++;
        await client.$queryRaw`SELECT FROM users WHERE id = ${first} FOR UPDATE`;
        if (++holding === 2) release();
        await bothHold;
        await client.$queryRaw`SELECT FROM users WHERE id = ${then} FOR UPDATE`;
        return first;
      });
    expect(await Promise.all([lockBoth('ann', 'bob'), lockBoth('bob', 'ann')])).toEqual(['ann', 'bob']);
    expect(attempts.ann + attempts.bob).toBe(3);
  });

  it('leaves neither change nor event when its work fails', async () => {
    await addUsers();
    const failing = transactions().run(async (transaction) => {
      await transaction.lockPair(ann, bob);
      await transaction.client.$executeRaw`INSERT INTO blocks (user_id, blocked_id) VALUES (${ann}, ${bob})`;
      await transaction.appendEvents([{ kind: 'reread', version: await transaction.nextVersion() }]);
      throw new CodedError('not_found', 'No.');
    });
    await expect(failing).rejects.toMatchObject({ code: 'not_found' });
    expect(await database.query('SELECT FROM blocks')).toEqual([]);
    expect(await database.query('SELECT FROM outbox')).toEqual([]);
  });

  it('[G2] locks the relation of a pair, whether or not the other exists, and no other relation', async () => {
    await addUsers();
    const order: string[] = [];
    const lock = (who: UserId, whom: UserId, name: string, wait?: Promise<void>) =>
      transactions().run(async (transaction) => {
        await transaction.lockPair(who, whom);
        order.push(`${name} locked`);
        await wait;
        order.push(`${name} done`);
      });
    for (const other of [bob, parseUserId('unknown')]) {
      let release: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      const first = lock(ann, other, 'first', held);
      await eventually(() => expect(order).toEqual(['first locked']));
      const sameAgain = lock(ann, other, 'again');
      await database.untilWaiting(1);
      // Another one asks the same id.
      await lock(other === bob ? cid : bob, other, 'stranger');
      release();
      await Promise.all([first, sameAgain]);
      expect(order.splice(0)).toEqual([
        ...['first locked', 'stranger locked', 'stranger done', 'first done', 'again locked', 'again done'],
      ]);
    }
  });

  it('rejects with unavailable while PostgreSQL is unavailable', async () => {
    await database.takeAway();
    await expect(transactions().run(({ client }) => client.$queryRaw`SELECT 1`)).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});
