/** The figures of a run: counts, and times across lost connections. */
import { describe, expect, it } from '@jest/globals';
import { type NearbyFriend, parseUserId } from '@nearby-friends/protocol';
import { Measurements } from './measurements.ts';

const a = parseUserId('a');

const snapshot = { radiusMeters: 1, friends: [] };
const friend: NearbyFriend = { id: a, lat: 0, lng: 0, distance: 0, at: 0, precision: 'exact' };

describe('Measurements', () => {
  it('times offline periods, also unfinished ones, and the time to the snapshot', () => {
    let now = 0;
    const measurements = new Measurements(() => now);
    measurements.connected(a);
    measurements.firstUpdateSent(a);
    now = 10;
    measurements.snapshotReceived(a, snapshot);
    now = 100;
    measurements.connectionLost(a);
    now = 150;
    expect(measurements.measured().offlineMs).toMatchObject({ count: 1, worst: 50 });
    now = 400;
    measurements.connected(a);
    now = 410;
    measurements.firstUpdateSent(a);
    now = 430;
    measurements.snapshotReceived(a, snapshot);
    now = 900;
    expect(measurements.measured()).toMatchObject({
      connections: { lost: 1 },
      offlineMs: { count: 1, worst: 300 },
      snapshotDelayMs: { count: 2, worst: 20 },
    });
  });

  it('times gaps between messages within a connection only', () => {
    let now = 0;
    const measurements = new Measurements(() => now);
    measurements.snapshotReceived(a, snapshot);
    now = 40;
    measurements.changesReceived(a, { upserts: [friend, friend], removed: [a] });
    measurements.connectionLost(a);
    now = 5_000;
    measurements.snapshotReceived(a, snapshot);
    expect(measurements.measured()).toMatchObject({
      messageGapMs: { count: 1, worst: 40 },
      snapshots: 2,
      changes: 1,
      upserts: 2,
      removals: 1,
    });
  });

  it('times a handshake from its beginning, also one that had to be tried again', () => {
    let now = 0;
    const measurements = new Measurements(() => now);
    measurements.connectionBegun(a);
    now = 30;
    measurements.connectionRefused('overloaded');
    now = 1_100;
    measurements.connected(a);
    expect(measurements.measured().connectMs).toMatchObject({ count: 1, worst: 1_100 });
  });

  it('does not count time offline on purpose', () => {
    let now = 0;
    const measurements = new Measurements(() => now);
    measurements.connectionBegun(a);
    measurements.connected(a);
    measurements.changesReceived(a, { upserts: [], removed: [] });
    measurements.connectionLost(a);
    now = 40;
    measurements.leftOnPurpose(a);
    now = 90_000;
    measurements.connectionBegun(a);
    measurements.connected(a);
    measurements.changesReceived(a, { upserts: [], removed: [] });
    expect(measurements.measured()).toMatchObject({
      offlineMs: { count: 1, worst: 40 },
      messageGapMs: { count: 0 },
      connectMs: { count: 2, worst: 0 },
    });
  });

  it('counts rejections by code', () => {
    const measurements = new Measurements(() => 0);
    measurements.updateRejected('rate_limited');
    measurements.updateRejected('rate_limited');
    measurements.updateRejected('unavailable');
    expect(measurements.measured().updates.rejected).toEqual({ rate_limited: 2, unavailable: 1 });
  });
});
