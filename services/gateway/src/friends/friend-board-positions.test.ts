/** Which positions a gateway records again when Redis has lost its memory. */
import { expect, it } from '@jest/globals';
import { parseUserId } from '@nearby-friends/protocol';
import { NearbyWorld, north } from '../test-support/nearby-world.ts';

const BEN = parseUserId('ben');

it('[S4] the newest position of each friend with viewers, as long as both hold: none of an erased user', () => {
  const world = new NearbyWorld();
  const { session } = world.viewer('ann', 0);
  expect(world.board.positions()).toEqual([]);
  world.watch(session, 'ben');
  world.watch(session, 'cho');
  const at = world.now();
  world.report('ben', 10, at);
  const [known] = world.board.positions();
  expect(world.board.positions()).toHaveLength(1);
  expect([known?.user, known?.record, known?.isKnown()]).toEqual([BEN, { at, position: north(10) }, true]);
  world.report('ben', 20);
  const [newer] = world.board.positions();
  expect([known?.isKnown(), newer?.isKnown()]).toEqual([false, true]);
  world.unwatch(session, 'ben');
  // The board keeps the friend a moment longer.
  expect(world.board.get(BEN)?.latest).not.toBeNull();
  expect([newer?.isKnown(), world.board.positions()]).toEqual([false, []]);
});
