import { beforeEach, describe, expect, it } from '@jest/globals';
import type { StreamEntry } from '@nearby-friends/bus';
import { type GraphEvent, graphEventCodec, parseUserId, type UserId } from '@nearby-friends/protocol';
import { RightsWatch } from './rights-watch.ts';

const [VIEWER, FRIEND, OTHER] = ['viewer', 'friend', 'other'].map(parseUserId) as [UserId, UserId, UserId];
const version = 1;
const entry = (payload: Buffer): StreamEntry => ({ payload }) as StreamEntry;

let watch: RightsWatch;
beforeEach(() => {
  watch = new RightsWatch({ metrics: { malformedMessages: { inc: () => undefined } } });
});

function isOutdatedBy(event: GraphEvent, subjects: readonly UserId[] | null = [FRIEND]): boolean {
  const preparation = watch.begin(VIEWER);
  preparation.subjects = subjects && new Set(subjects);
  watch.onEntries([entry(graphEventCodec.encode(event))]);
  watch.end(preparation);
  return preparation.isOutdated;
}

describe('[I4] an answer that is being made', () => {
  const sharing = { paused: true, until: null };
  const grant = null;
  it.each<[string, GraphEvent]>([
    ['a grant to its viewer', { kind: 'edge', version, viewer: VIEWER, subject: OTHER, grant }],
    ['the pause of a friend', { kind: 'sharing', version, subject: FRIEND, sharing }],
    ['the end of a friend’s sharing', { kind: 'stopped', version, user: FRIEND, before: 1 }],
    ['the erasure of a friend', { kind: 'erased', version, user: FRIEND, before: 1 }],
    ['the erasure of its viewer', { kind: 'erased', version, user: VIEWER, before: 1 }],
    ['the sign-out of its viewer', { kind: 'signed-out', version, user: VIEWER, before: 1 }],
    ['the radius of its viewer', { kind: 'radius', version, user: VIEWER, radiusMeters: 100 }],
    ['an import', { kind: 'reread', version }],
    ['a restored database', { kind: 'epoch', version, epoch: { id: 'e', began: 1 } }],
  ])('is outdated by %s', (_, event) => {
    expect(isOutdatedBy(event)).toBe(true);
  });

  it.each<[string, GraphEvent]>([
    ['a grant to another viewer', { kind: 'edge', version, viewer: OTHER, subject: FRIEND, grant }],
    ['the pause of another user', { kind: 'sharing', version, subject: OTHER, sharing }],
    ['the sign-out of a friend', { kind: 'signed-out', version, user: FRIEND, before: 1 }],
  ])('is not outdated by %s', (_, event) => {
    expect(isOutdatedBy(event)).toBe(false);
  });

  it('is outdated by any pause while its friends are not known', () => {
    expect(isOutdatedBy({ kind: 'sharing', version, subject: OTHER, sharing }, null)).toBe(true);
  });

  it('is outdated by what cannot be read, and by a gap', () => {
    const [unreadable, gap] = [watch.begin(VIEWER), watch.begin(VIEWER)];
    watch.onEntries([entry(Buffer.from('{'))]);
    expect([unreadable.isOutdated, gap.isOutdated]).toEqual([true, true]);
    const later = watch.begin(VIEWER);
    watch.onMissed();
    expect(later.isOutdated).toBe(true);
    for (const preparation of [unreadable, gap, later]) watch.end(preparation);
  });
});
