/** Latency counts from when a report was due, and freshness is what a viewer sees. */
import { describe, expect, it } from '@jest/globals';
import { type NearbyFriend, parseUserId } from '@nearby-friends/protocol';
import { DeliveryTimes } from './delivery-times.ts';

const [viewer, friend] = [parseUserId('viewer'), parseUserId('friend')];

const entry = (lat: number): NearbyFriend => ({ id: friend, lat, lng: 5, distance: 1, at: 0, precision: 'exact' });
const report = (dueAt: number, isMoving = true) => ({ lat: dueAt, lng: 5, dueAt, isMoving });

function watched(): DeliveryTimes {
  const times = new DeliveryTimes();
  times.updateDue(friend, report(0));
  times.listShown(viewer, [entry(0)], 30);
  return times;
}

describe('delivery', () => {
  it('is timed from when the report was due', () => {
    const times = watched();
    times.updateDue(friend, report(1_000));
    times.listChanged(viewer, { upserts: [entry(1_000)], removed: [] }, 1_040);
    expect(times.figures().deliveryMs).toMatchObject({ count: 1, worst: 40 });
  });

  it('of a conflated update ends when the newer one appears', () => {
    const times = watched();
    times.updateDue(friend, report(1_000));
    times.updateDue(friend, report(2_000));
    times.updateDue(friend, report(3_000));
    times.listChanged(viewer, { upserts: [entry(2_000)], removed: [] }, 3_100);
    expect(times.figures().deliveryMs).toMatchObject({ count: 2, median: 1_100, worst: 2_100 });
  });

  it('counts a report once, however often the list shows it', () => {
    const times = watched();
    times.updateDue(friend, report(1_000));
    for (const now of [1_040, 5_000]) times.listChanged(viewer, { upserts: [entry(1_000)], removed: [] }, now);
    expect(times.figures().deliveryMs).toMatchObject({ count: 1, worst: 40 });
  });

  it('does not count the age of a friend who has just come near', () => {
    const times = watched();
    times.listChanged(viewer, { upserts: [], removed: [friend] }, 500);
    times.updateDue(friend, report(1_000));
    times.listChanged(viewer, { upserts: [entry(1_000)], removed: [] }, 20_000);
    expect(times.figures().deliveryMs.count).toBe(0);
  });

  it('goes on through a lost connection: the snapshot after it shows how late the viewer was', () => {
    const times = watched();
    times.updateDue(friend, report(1_000));
    times.listShown(viewer, [entry(1_000)], 6_000);
    expect(times.figures().deliveryMs).toMatchObject({ count: 1, worst: 5_000 });
  });

  it('knows what it cannot explain', () => {
    const times = watched();
    times.listChanged(viewer, { upserts: [entry(77)], removed: [] }, 100);
    expect(times.figures()).toMatchObject({ unexplained: 1, deliveryMs: { count: 0 } });
  });
});

describe('freshness', () => {
  it('is the age of what is shown, whatever the cause', () => {
    const times = watched();
    times.updateDue(friend, report(1_000));
    times.sampleFreshness(4_000);
    expect(times.figures().freshnessMs).toMatchObject({ count: 1, worst: 4_000 });
  });

  it('is separate for people at rest, who report less often', () => {
    const times = watched();
    times.updateDue(friend, report(1_000, false));
    times.sampleFreshness(4_000);
    expect(times.figures()).toMatchObject({ freshnessMs: { count: 0 }, restingFreshnessMs: { worst: 4_000 } });
  });

  it('leaves out people who do not report on purpose, until they report again', () => {
    const times = watched();
    times.becameInactive(friend);
    times.sampleFreshness(60_000);
    expect(times.figures().freshnessMs.count).toBe(0);
    times.updateDue(friend, report(61_000));
    times.sampleFreshness(62_000);
    expect(times.figures().freshnessMs).toMatchObject({ count: 1, worst: 62_000 });
  });

  it('does not count a viewer who has left', () => {
    const times = watched();
    times.viewerLeft(viewer);
    times.sampleFreshness(4_000);
    expect(times.figures().freshnessMs.count).toBe(0);
  });
});
