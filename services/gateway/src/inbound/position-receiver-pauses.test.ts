import { describe, expect, it } from '@jest/globals';
import { setUpReceiver } from '../test-support/receiver-of-test.ts';
import { testSession } from '../test-support/test-session.ts';

describe('[G7] a position that may have waited for this process', () => {
  it('is refused right after the process stood still, unless it says when it was taken', async () => {
    const { pauses, receiver, recorded, world } = setUpReceiver();
    const { session } = testSession();
    pauses.hasJustContinued = () => true;
    const receive = (at?: number | null) => receiver.receive(session, { lat: 1, lng: 2, at });
    for (const at of [undefined, null, 9e15]) await expect(receive(at)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await receive(world.now() - 5_000)).toEqual({ at: world.now() - 5_000, shared: true });
    expect(recorded).toHaveLength(1);
  });

  it('counts as of the beginning of a shorter stand, unless it says when it was taken, and keeps its order', async () => {
    const { pauses, receiver, world } = setUpReceiver();
    const { session } = testSession();
    pauses.waitedMs = () => 3_000;
    const start = world.now() - 3_000;
    for (const [at, stamped] of [
      [undefined, start],
      [null, start + 1],
      [9e15, start + 2],
      [world.now() - 1_000, world.now() - 1_000],
      [undefined, world.now() - 999],
    ]) {
      expect(await receiver.receive(session, { lat: 1, lng: 2, at })).toEqual({ at: stamped, shared: true });
    }
  });
});
