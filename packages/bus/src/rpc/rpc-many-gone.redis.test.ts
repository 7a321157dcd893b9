import { expect, it } from '@jest/globals';
import { echo, useBuses } from '../bus.testing.ts';
import { useRedis } from '../redis/redis.testing.ts';
import { chooseByRendezvous, hashString } from './rendezvous.ts';
import { MAX_ATTEMPTS } from './rpc.ts';

const redis = useRedis();
const { start, announceGhost } = useBuses(redis);

/** The ids in the order in which a request with that key tries them. */
function orderOf(key: string, ids: readonly string[]): string[] {
  const left = ids.map((id) => ({ id, hash: hashString(id) }));
  const order: string[] = [];
  while (left.length > 0) {
    const next = chooseByRendezvous(key, left);
    if (!next) break;
    order.push(next.id);
    left.splice(left.indexOf(next), 1);
  }
  return order;
}

it('a request reaches the one instance that is left, however many were killed a moment ago', async () => {
  // Killed instances stay listed for some seconds, and each restart adds one.
  const killed = Array.from({ length: MAX_ATTEMPTS + 2 }, (_, i) => `killed-${i}`);
  const live = await start('location', 'live');
  live.rpc.serve(echo, ({ text }) => ({ text, by: 'live' }));
  for (const id of killed) await announceGhost(id);
  const caller = await start('gateway', 'caller');
  const key = Array.from({ length: 1_000 }, (_, i) => `${i}`).find(
    (k) => orderOf(k, [...killed, 'live']).at(-1) === 'live',
  );
  expect(key).toBeDefined();
  expect(await caller.rpc.call(echo, { text: 'hi' }, { key: key ?? '' })).toEqual({ text: 'hi', by: 'live' });
});
