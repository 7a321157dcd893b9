import { describe, expect, it } from '@jest/globals';
import { type Position, parseUserId, readEdges } from '@nearby-friends/protocol';
import { observeFriends } from './observe-friends.ts';

const NOW = 1_800_000_000_000;
/** Some 111.2 m for each thousandth. */
const place = (thousandths: number, more: Partial<Position> = {}): Position => ({
  lat: 50 + thousandths / 1000,
  lng: 8,
  ...more,
});

function observe(
  friends: Record<string, { position: Position; edge?: string; at?: number }>,
  options: { own?: Position; radius?: number; muted?: string } = {},
) {
  const { own = place(0), radius = 500 } = options;
  const edges = readEdges(
    Object.entries(friends)
      .map(([id, { edge }]) => `${id} ${edge ?? 'e 1 -'}`)
      .join(','),
  );
  const seen = observeFriends({ at: NOW, position: own }, edges, {
    recordOf: (id) => {
      const friend = friends[id];
      return friend ? { at: friend.at ?? NOW, position: friend.position } : null;
    },
    radiusMeters: radius,
    now: NOW,
    ttlMs: 600_000,
    epochBegan: undefined,
    isMuted: (id) => id === options.muted,
  });
  return Object.fromEntries(seen);
}

describe('[P2] a friend', () => {
  it('is near within the radius and far beyond a tenth or 100 m more', () => {
    const friends = {
      inside: { position: place(4.4) },
      between: { position: place(5.3) },
      outside: { position: place(5.5) },
    };
    expect(observe(friends)).toEqual({ inside: 'near', between: 'kept', outside: 'far' });
    const wide = { between: { position: place(49) }, outside: { position: place(50) } };
    expect(observe(wide, { radius: 5_000 })).toEqual({ between: 'kept', outside: 'far' });
  });

  it('whose fix, or the viewer’s own, is worse than the radius keeps its state', () => {
    expect(observe({ ben: { position: place(1, { accuracy: 501 }) } })).toEqual({ ben: 'kept' });
    expect(observe({ ben: { position: place(1, { accuracy: 500 }) } })).toEqual({ ben: 'near' });
    expect(observe({ ben: { position: place(1) } }, { own: place(0, { accuracy: 501 }) })).toEqual({ ben: 'kept' });
  });

  it('who is muted is near quietly', () => {
    expect(observe({ ben: { position: place(1) } }, { muted: 'ben' })).toEqual({ ben: 'near-quietly' });
  });

  it('[P5] of whom nothing may be seen is not looked at', () => {
    const friends = {
      expired: { position: place(1), at: NOW - 600_000 },
      ended: { position: place(1), edge: `e 1 ${NOW}` },
      paused: { position: place(1), edge: 'e 1 - t 1 -' },
    };
    expect(observe(friends)).toEqual({});
  });

  it('with an approximate grant is where its grid says, whatever its accuracy', () => {
    const id = parseUserId('ben');
    const near = observe({ [id]: { position: place(1, { accuracy: 9_000 }), edge: 'a 1 -' } }, { radius: 2_000 });
    expect(near).toEqual({ ben: 'near' });
  });
});
