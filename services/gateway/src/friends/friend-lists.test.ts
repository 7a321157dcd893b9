import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { locationKey, type PositionRecord, parseUserId } from '@nearby-friends/protocol';
import { EXACT, inShort, NearbyWorld, north, TTL_MS } from '../test-support/nearby-world.ts';
import { LEAVE_GRACE_MS } from './friend-channels.ts';
import { EXPIRY_GRACE_MS, WITHHELD_RECHECK_MS } from './friend-lists.ts';

const BEN = parseUserId('ben');
/** The wheel's tick, its rounding and a flush. */
const NOTICED_WITHIN_MS = 750;

/** Ann and Dan see Ben. */
async function setUp() {
  const world = new NearbyWorld();
  const [ann, dan] = [world.viewer('ann', 0), world.viewer('dan', 100)];
  for (const { session } of [ann, dan]) {
    world.watch(session, 'ben');
    world.open(session);
  }
  world.report('ben', 10);
  world.flush();
  expect([inShort(ann.read()), inShort(dan.read())]).toEqual([['[ben@10]'], ['[ben@90]']]);
  return {
    world,
    ann,
    dan,
    async pass(ms: number) {
      world.clock.advance(ms);
      await nextTurn();
    },
  };
}

describe('a friend who becomes inactive', () => {
  it('[S5] leaves every list within a second, and with the last viewer the subscription goes', async () => {
    const { ann, dan, pass, world } = await setUp();
    await pass(TTL_MS - 1_000);
    expect([ann.read(), dan.read()]).toEqual([[], []]);
    await pass(1_000 + NOTICED_WITHIN_MS);
    expect([inShort(ann.read()), inShort(dan.read())]).toEqual([['-ben'], ['-ben']]);
    expect(world.channels.channels).toEqual([locationKey(BEN)]);
    await pass(EXPIRY_GRACE_MS);
    await pass(LEAVE_GRACE_MS);
    expect(world.channels.channels).toEqual([]);
    expect(world.board.size).toBe(0);
    expect(ann.session.watches.size + dan.session.watches.size).toBe(0);
  });

  it('[L5] stays watched while it has an entry that must not be shown: its next position is not announced', async () => {
    const { ann, pass, world } = await setUp();
    const ended = world.now();
    world.board.stopSharing(BEN, ended);
    world.flush();
    expect(inShort(ann.read())).toEqual(['-ben']);
    // Redis has lost its memory, and the last position was recorded again.
    world.entries.set(BEN, { at: ended - 1_000, position: north(20) });
    await pass(EXPIRY_GRACE_MS);
    await pass(WITHHELD_RECHECK_MS);
    await pass(LEAVE_GRACE_MS);
    world.report('ben', 30);
    world.flush();
    expect(inShort(ann.read())).toEqual(['+ben@30']);
  });

  it('[L5] leaves once that entry has expired', async () => {
    const { pass, world } = await setUp();
    const ended = world.now();
    world.board.stopSharing(BEN, ended);
    world.entries.set(BEN, { at: ended - 1_000, position: north(20) });
    await pass(EXPIRY_GRACE_MS);
    expect(world.board.size).toBe(1);
    for (let past = 0; past < TTL_MS + WITHHELD_RECHECK_MS; past += WITHHELD_RECHECK_MS)
      await pass(WITHHELD_RECHECK_MS);
    expect(world.board.size).toBe(0);
  });

  it('[S5] in appearance only, since a message was lost, is found by reading the entry', async () => {
    const { ann, pass, world } = await setUp();
    await pass(TTL_MS + NOTICED_WITHIN_MS);
    expect(inShort(ann.read())).toEqual(['-ben']);
    world.entries.set(BEN, { at: world.now() - 1_000, position: north(20) });
    await pass(EXPIRY_GRACE_MS);
    world.flush();
    expect(inShort(ann.read())).toEqual(['+ben@20']);
    await pass(LEAVE_GRACE_MS);
    expect(world.channels.channels).toEqual([locationKey(BEN)]);
  });

  it('[S5] and speaks again at once is simply back', async () => {
    const { ann, dan, pass, world } = await setUp();
    await pass(TTL_MS + NOTICED_WITHIN_MS);
    world.report('ben', 30);
    await pass(EXPIRY_GRACE_MS + LEAVE_GRACE_MS);
    expect([inShort(ann.read()), inShort(dan.read())]).toEqual([
      ['-ben', '+ben@30'],
      ['-ben', '+ben@70'],
    ]);
    expect(world.channels.channels).toEqual([locationKey(BEN)]);
  });

  it('is not confirmed without a response', async () => {
    const { ann, pass, world } = await setUp();
    world.readEntryFails = true;
    await pass(TTL_MS + NOTICED_WITHIN_MS);
    for (let i = 0; i < 10; i++) await pass(EXPIRY_GRACE_MS);
    expect(world.channels.channels).toEqual([locationKey(BEN)]);
    expect(ann.session.watches.size).toBe(1);
    world.readEntryFails = false;
    await pass(EXPIRY_GRACE_MS);
    await pass(LEAVE_GRACE_MS);
    expect(world.channels.channels).toEqual([]);
    // The wheel and the flushing.
    expect(world.clock.pending).toBe(2);
  });

  it('whom the last viewer leaves meanwhile is not asked about any more', async () => {
    const { ann, dan, pass, world } = await setUp();
    await pass(TTL_MS + NOTICED_WITHIN_MS);
    for (const { session } of [ann, dan]) world.unwatch(session, 'ben');
    await pass(LEAVE_GRACE_MS);
    world.watch(ann.session, 'ben');
    await pass(EXPIRY_GRACE_MS);
    expect(ann.session.watches.size).toBe(1);
  });
});

describe('a viewer who leaves', () => {
  it('[S3] does not disturb another viewer of the same friend', async () => {
    const { ann, dan, pass, world } = await setUp();
    ann.session.close();
    world.lists.removeAll(ann.session);
    await pass(10 * LEAVE_GRACE_MS);
    world.report('ben', 40);
    world.flush();
    expect(inShort(dan.read())).toEqual(['+ben@60']);
    expect(ann.read()).toEqual([]);
    expect(world.channels.channels).toEqual([locationKey(BEN)]);
  });

  it('[S3] and comes back within a second finds the friend’s position still known', async () => {
    const { ann, dan, pass, world } = await setUp();
    for (const { session } of [ann, dan]) {
      session.close();
      world.lists.removeAll(session);
    }
    await pass(LEAVE_GRACE_MS - 1);
    const back = world.viewer('ann', 5);
    world.watch(back.session, 'ben');
    world.open(back.session);
    world.flush();
    expect(inShort(back.read())).toEqual(['[ben@5]']);
  });

  it('may stop watching a friend whom it does not watch', async () => {
    const { ann, world } = await setUp();
    world.unwatch(ann.session, 'unknown');
    expect(world.friendChannels.size).toBe(1);
  });
});

it('a closed session watches no friend', async () => {
  const { ann, world } = await setUp();
  ann.session.close();
  world.lists.removeAll(ann.session);
  const late: PositionRecord = { at: world.now(), position: north(0) };
  await world.lists.add(ann.session, parseUserId('cho'), { grant: EXACT, version: 1, sharing: null }, late);
  expect(ann.session.watches.size).toBe(0);
  expect(world.friendChannels.size).toBe(1);
});
