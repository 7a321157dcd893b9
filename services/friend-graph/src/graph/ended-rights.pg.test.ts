import { beforeEach, describe, expect, it } from '@jest/globals';
import type { DeviceNotice } from '@nearby-friends/protocol';
import { Metrics, silentLogger, systemClock } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { createFriendGraphMetrics } from '../metrics/friend-graph-metrics.ts';
import { DeviceNotices } from './device-notices.ts';
import { EndedRights } from './ended-rights.ts';
import { id, useGraph } from './graph.testing.ts';

const setting = useGraph();
const [ann, bob, cid] = [id('ann'), id('bob'), id('cid')];
/** Long enough to be in the future when the call arrives, ms. */
const SOON_MS = 400;
/** Two looks. */
const NOTICED_WITHIN_MS = 5_000;

const soon = () => Date.now() + SOON_MS;
const changesOf = (user: string) =>
  setting.notices.flatMap((notice) => ('changed' in notice && notice.user === user ? [notice.changed] : []));

const lookedAt = async () => {
  const [row] = await setting.database.query<{ at: Date }>('SELECT looked_at AS at FROM ended_rights_look');
  return row?.at.getTime() ?? Number.NaN;
};

beforeEach(async () => {
  await setting.befriend('ann', 'bob');
  await setting.befriend('ann', 'cid');
});

describe('the devices of a user are told', () => {
  it('of every pause and resumption, and of one that ends by itself', async () => {
    await setting.graph.sharing.setSharing(ann, { paused: true, until: null });
    await eventually(() => expect(changesOf('ann')).toEqual(['sharing']));
    await setting.graph.sharing.setSharing(ann, { paused: false, until: null });
    await eventually(() => expect(changesOf('ann')).toEqual(['sharing', 'sharing']));
    await setting.graph.sharing.setSharing(ann, { paused: true, until: soon() });
    await eventually(() => expect(changesOf('ann')).toHaveLength(4), NOTICED_WITHIN_MS);
    expect(await setting.graph.sharing.sharingOf(ann)).toEqual({ paused: false, until: null });
    expect([changesOf('ann'), changesOf('bob')]).toEqual([['sharing', 'sharing', 'sharing', 'sharing'], []]);
  });

  it('of every grant, and once of those that end by themselves, and the viewer hears nothing of it', async () => {
    await setting.graph.friendships.setGrant(ann, bob, { precision: 'approximate', until: null });
    await eventually(() => expect(changesOf('ann')).toEqual(['viewers']));
    const until = soon();
    await setting.graph.friendships.setGrant(ann, bob, { precision: 'exact', until });
    await setting.graph.friendships.setGrant(ann, cid, { precision: 'exact', until });
    await eventually(() => expect(changesOf('ann')).toHaveLength(4), NOTICED_WITHIN_MS);
    expect(Date.now()).toBeGreaterThanOrEqual(until);
    expect([changesOf('ann'), changesOf('bob'), changesOf('cid')]).toEqual([Array(4).fill('viewers'), [], []]);
  });
});

describe('several replicas', () => {
  it('notice each end once', async () => {
    const seen: DeviceNotice[] = [];
    const notices = new DeviceNotices({
      notify: async (notice) => void seen.push(notice),
      logger: silentLogger,
      metrics: createFriendGraphMetrics(new Metrics()),
    });
    const { repositories } = setting;
    const other = new EndedRights({ repositories, notices, clock: systemClock, logger: silentLogger });
    other.start();
    try {
      await setting.graph.sharing.setSharing(ann, { paused: true, until: soon() });
      await setting.graph.sharing.setSharing(bob, { paused: true, until: soon() + 1_200 });
      const ends = () => changesOf('ann').length - 1 + changesOf('bob').length - 1 + seen.length;
      await eventually(() => expect(ends()).toBe(2), NOTICED_WITHIN_MS);
      // One more look of each, which finds nothing.
      const seenAt = await lookedAt();
      await eventually(async () => expect(await lookedAt()).toBeGreaterThan(seenAt + 1_500), NOTICED_WITHIN_MS);
      expect(ends()).toBe(2);
    } finally {
      await other.drain();
    }
  });
});
