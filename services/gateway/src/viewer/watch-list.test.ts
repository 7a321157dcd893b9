import { expect, it } from '@jest/globals';
import { parseUserId } from '@nearby-friends/protocol';
import fc from 'fast-check';
import { NearbyWorld } from '../test-support/nearby-world.ts';

it('finds, adds and takes out like a map, whether few or many are in it', () => {
  const step = fc.record({ add: fc.boolean(), friend: fc.nat({ max: 150 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300, size: 'max' }), fc.nat({ max: 120 }), (steps, first) => {
      const world = new NearbyWorld();
      const { session } = world.viewer('ann', 0);
      const expected = new Set<string>();
      const take = (add: boolean, friend: string): void => {
        if (add) {
          world.watch(session, friend);
          expected.add(friend);
        } else {
          world.unwatch(session, friend);
          expected.delete(friend);
        }
      };
      for (let i = 0; i < first; i++) take(true, `friend-${i}`);
      for (const { add, friend } of steps) take(add, `friend-${friend}`);
      const { watches } = session;
      expect(watches.size).toBe(expected.size);
      expect(watches.friends()).toEqual([...expected]);
      expect(watches.all.map(({ subject }) => subject.user)).toEqual([...expected]);
      for (let i = 0; i <= 150; i++) {
        const friend = parseUserId(`friend-${i}`);
        expect(watches.get(friend)?.subject.user).toBe(expected.has(friend) ? friend : undefined);
        expect(watches.has(friend)).toBe(expected.has(friend));
      }
    }),
  );
});
