import { expect, it } from '@jest/globals';
import { inTurn } from './in-turn.ts';

it('does what is asked for one subject in its order, a failure included, and others meanwhile', async () => {
  const [ann, bob] = [{ name: 'ann' }, { name: 'bob' }];
  const done: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const act = inTurn<{ name: string }, number>(
    ({ name }, value) =>
      new Promise((resolve, reject) => {
        ends.set(`${name} ${value}`, (error) => {
          done.push(`${name} ${value}`);
          if (error) reject(error);
          else resolve();
        });
      }),
  );
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
  const first = act(ann, 1);
  const second = act(ann, 2);
  const others = act(bob, 3);
  await settled();
  expect([...ends.keys()]).toEqual(['ann 1', 'bob 3']);
  ends.get('bob 3')?.();
  ends.get('ann 1')?.(new Error('refused'));
  await expect(first).rejects.toThrow('refused');
  await others;
  await settled();
  ends.get('ann 2')?.();
  await second;
  expect(done).toEqual(['bob 3', 'ann 1', 'ann 2']);
});

it('does only the newest of what waits, and answers the others with it', async () => {
  const ends: (() => void)[] = [];
  const done: number[] = [];
  const act = inTurn<string, number>(async (_, value) => {
    await new Promise<void>((resolve) => ends.push(resolve));
    done.push(value);
  });
  const asked = Array.from({ length: 1_000 }, (_, i) => act('ann', i));
  ends.shift()?.();
  await asked[0];
  await new Promise<void>((resolve) => setImmediate(resolve));
  ends.shift()?.();
  await Promise.all(asked);
  expect(done).toEqual([0, 999]);
  // Nothing is left of it: the next one is done at once.
  const next = act('ann', 1_000);
  ends.shift()?.();
  await next;
  expect(done.at(-1)).toBe(1_000);
});
