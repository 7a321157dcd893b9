/** What happens to a user who stops reporting, with a TTL of a few seconds. */
import { describe, expect, it } from '@jest/globals';
import { eventually } from '../plain/eventually.ts';
import { FERRY_BUILDING, north } from '../plain/places.ts';
import { useDeployment } from '../stack/use-deployment.ts';

const TTL_SECONDS = 3;
/** What S5 allows, and what the client's own clock may be off by here: nothing, it is the same machine. */
const REMOVAL_BOUND_MS = TTL_SECONDS * 1000 + 1_000;

const deployment = useDeployment({ positionTtlSeconds: TTL_SECONDS });

describe('a friend who becomes inactive', () => {
  it('[S5] [L2] leaves the list within the TTL and a second, also when still connected, and returns with the next report', async () => {
    await deployment.befriend(['ann', 'bob']);
    const a = await deployment.signIn('ann', { gateway: 0 });
    const b = await deployment.signIn('bob', { gateway: 1 });
    const { at: reportedAt } = await b.reportUntilKept(north(FERRY_BUILDING, 100));
    const keepReporting = async () => a.report(FERRY_BUILDING);
    await keepReporting();
    await eventually(() => expect(a.friendIds).toEqual(['bob']));
    await eventually(() => expect(a.friendIds).toEqual([]), REMOVAL_BOUND_MS + 1_000);
    const inactiveForMs = Date.now() - reportedAt;
    expect(inactiveForMs).toBeGreaterThanOrEqual(TTL_SECONDS * 1000);
    expect(inactiveForMs).toBeLessThanOrEqual(REMOVAL_BOUND_MS + 250);

    await b.report(north(FERRY_BUILDING, 200));
    await eventually(() => expect(a.friends.map(({ distance }) => Math.round(distance))).toEqual([200]), 1_000);
  });

  it('[S3] is unsubscribed from once the inactivity is confirmed, and announced again afterwards', async () => {
    await deployment.befriend(['cem', 'dan']);
    const c = await deployment.signIn('cem', { gateway: 0 });
    const d = await deployment.signIn('dan', { gateway: 1 });
    await Promise.all([c.reportUntilKept(FERRY_BUILDING), d.reportUntilKept(FERRY_BUILDING)]);
    await eventually(() => expect([c.friendIds, d.friendIds]).toEqual([['dan'], ['cem']]));
    await eventually(async () => {
      expect(await deployment.gatewayMetric(0, 'nearby_friend_subscriptions')).toBe(0);
      expect(await deployment.gatewayMetric(0, 'nearby_watched_subjects')).toBe(0);
    }, 15_000);
    await eventually(() => expect(c.friendIds).toEqual([]));
    await d.report(FERRY_BUILDING);
    await eventually(() => expect(c.friendIds).toEqual(['dan']), 1_000);
  });

  it('stays on the list for as long as reports come, however long that is', async () => {
    await deployment.befriend(['eve', 'fay']);
    const e = await deployment.signIn('eve', { gateway: 0 });
    const f = await deployment.signIn('fay', { gateway: 1 });
    await e.report(FERRY_BUILDING);
    let removals = 0;
    e.socket.on('nearby:changes', (message: { removed: string[] }) => {
      removals += message.removed.length;
    });
    const until = Date.now() + 2.5 * TTL_SECONDS * 1000;
    for (let i = 0; Date.now() < until; i++) {
      await f.report(north(FERRY_BUILDING, 10 + (i % 50)));
      await eventually(() => expect(Math.round(e.friends[0]?.distance ?? 0)).toBe(10 + (i % 50)));
    }
    expect(removals).toBe(0);
  });
});
