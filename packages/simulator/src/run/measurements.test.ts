/** The figures of a replay: percentiles, and times across lost connections. */
import { describe, expect, it } from '@jest/globals';
import { parseUserId } from '@nearby-friends/protocol';
import { durations, Measurements } from './measurements.ts';

const a = parseUserId('a');

describe('durations', () => {
  it('gives nearest-rank percentiles in any order', () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect(durations(values)).toEqual({ count: 200, median: 100, p99: 198, worst: 200 });
  });

  it('is 0 of nothing', () => {
    expect(durations([])).toEqual({ count: 0, median: 0, p99: 0, worst: 0 });
  });
});

describe('Measurements', () => {
  it('times being offline, also of who has not come back, and the way to the snapshot', () => {
    let now = 0;
    const measurements = new Measurements(() => now);
    measurements.connected(a);
    measurements.firstReportSent(a);
    now = 10;
    measurements.snapshotReceived(a);
    now = 100;
    measurements.connectionLost(a);
    now = 150;
    expect(measurements.measured().offlineMs).toMatchObject({ count: 1, worst: 50 });
    now = 400;
    measurements.connected(a);
    now = 410;
    measurements.firstReportSent(a);
    now = 430;
    measurements.snapshotReceived(a);
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
    measurements.snapshotReceived(a);
    now = 40;
    measurements.changesReceived(a, 2, 1);
    measurements.connectionLost(a);
    now = 5_000;
    measurements.snapshotReceived(a);
    expect(measurements.measured()).toMatchObject({
      messageGapMs: { count: 1, worst: 40 },
      snapshots: 2,
      changes: 1,
      upserts: 2,
      removals: 1,
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
