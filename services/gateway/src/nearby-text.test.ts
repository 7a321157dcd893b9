import { describe, expect, it } from '@jest/globals';
import { type Grant, nearbyChangesSchema, nearbySnapshotSchema, parseUserId } from '@nearby-friends/protocol';
import { changesText, friendText, snapshotText } from './nearby-text.ts';
import { APPROXIMATE, EXACT, NearbyWorld } from './test-support/nearby-world.ts';

const position = { lat: 1.5, lng: -2.25, accuracy: 3, heading: 0, speed: 1e-7, battery: 0.5 };

/** What is written of Ben, who is seen under that grant. */
function told(grant: Grant, distance: number): string {
  const world = new NearbyWorld();
  const { session } = world.viewer('ann', 0);
  const watch = world.board.watch(session, parseUserId('ben'), { grant, version: 1 });
  const latest = { at: 1_700_000_000_123, position };
  return friendText(watch, latest, distance);
}

describe('a list message as text', () => {
  it('is what the protocol says, of exact and approximate friends', () => {
    const text = changesText(
      [told(EXACT, 12.345_678), told(APPROXIMATE, 0)],
      [parseUserId('cid'), parseUserId('d_-9')],
    );
    const { upserts, removed } = nearbyChangesSchema.parse(JSON.parse(text));
    const [exact, approximate] = upserts;
    expect(exact).toEqual({ id: 'ben', ...position, distance: 12.35, at: 1_700_000_000_123, precision: 'exact' });
    expect(Object.keys(approximate ?? {}).sort()).toEqual(['at', 'distance', 'id', 'lat', 'lng', 'precision']);
    expect(removed).toEqual(['cid', 'd_-9']);
  });

  it('is what the protocol says when there is nobody', () => {
    expect(nearbyChangesSchema.parse(JSON.parse(changesText([], [])))).toEqual({ upserts: [], removed: [] });
    expect(nearbySnapshotSchema.parse(JSON.parse(snapshotText(100.5, [])))).toEqual({
      radiusMeters: 100.5,
      friends: [],
    });
  });
});
