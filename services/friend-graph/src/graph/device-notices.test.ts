import { describe, expect, it } from '@jest/globals';
import { parseUserId } from '@nearby-friends/protocol';
import { Metrics, silentLogger } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { createFriendGraphMetrics } from '../metrics/friend-graph-metrics.ts';
import { DeviceNotices, MAX_WAITING_NOTICES, NOTICES_IN_FLIGHT, type NotifyDevices } from './device-notices.ts';

function start(notify: NotifyDevices) {
  const registry = new Metrics();
  const metrics = createFriendGraphMetrics(registry);
  const notices = new DeviceNotices({ notify, logger: silentLogger, metrics });
  const lost = async () =>
    Number(/^nearby_friends_changed_lost_total (\d+)$/m.exec(await registry.registry.metrics())?.[1] ?? Number.NaN);
  return { notices, lost };
}
const people = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    user: parseUserId(`user-${i}`),
    friendsChanged: { kind: 'removed' as const, userId: parseUserId('ann') },
  }));

describe('notices', () => {
  it('go to all users, a few at a time, and not synchronously', async () => {
    const notified: string[] = [];
    let inFlight = 0;
    let maxInFlight = 0;
    const { notices } = start(async ({ user }) => {
      maxInFlight = Math.max(maxInFlight, ++inFlight);
      await new Promise(setImmediate);
      inFlight--;
      notified.push(user);
    });
    const all = people(3 * NOTICES_IN_FLIGHT + 1);
    for (const notice of all) notices.send([notice]);
    expect(notified).toEqual([]);
    await notices.drain();
    expect(notified.toSorted()).toEqual(all.map(({ user }) => user).toSorted());
    expect(maxInFlight).toBe(NOTICES_IN_FLIGHT);
  });

  it('do not wait for a slow gateway while fewer than the limit are in flight', async () => {
    const notified: string[] = [];
    const { notices } = start(async ({ user }) => {
      notified.push(user);
      await new Promise(() => undefined);
    });
    for (const [i, notice] of people(3).entries()) {
      notices.send([notice]);
      await eventually(() => expect(notified).toHaveLength(i + 1));
    }
  });

  it('are lost one by one and counted when no gateway accepts them', async () => {
    let calls = 0;
    const { notices, lost } = start(async () => {
      if (calls++ % 2 === 0) throw new Error('no gateway');
    });
    notices.send(people(10));
    await notices.drain();
    expect([calls, await lost()]).toEqual([10, 5]);
  });

  it('do not fill the memory while no gateway responds', async () => {
    const { notices, lost } = start(() => new Promise(() => undefined));
    notices.send(people(MAX_WAITING_NOTICES));
    notices.send(people(7));
    expect(await lost()).toBe(7);
  });
});
