import { describe, expect, it } from '@jest/globals';
import { parseUserId } from '@nearby-friends/protocol';
import { Metrics, silentLogger } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing';
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
  it('go to everybody, a few at a time, and not before the caller goes on', async () => {
    const told: string[] = [];
    let inFlight = 0;
    let most = 0;
    const { notices } = start(async (user) => {
      most = Math.max(most, ++inFlight);
      await new Promise(setImmediate);
      inFlight--;
      told.push(user);
    });
    const all = people(3 * NOTICES_IN_FLIGHT + 1);
    for (const notice of all) notices.send([notice]);
    expect(told).toEqual([]);
    await notices.drain();
    expect(told.toSorted()).toEqual(all.map(({ user }) => user).toSorted());
    expect(most).toBe(NOTICES_IN_FLIGHT);
  });

  it('do not wait for a slow gateway while fewer than allowed are on their way', async () => {
    const told: string[] = [];
    const { notices } = start(async (user) => {
      told.push(user);
      await new Promise(() => undefined);
    });
    for (const [i, notice] of people(3).entries()) {
      notices.send([notice]);
      await eventually(() => expect(told).toHaveLength(i + 1));
    }
  });

  it('are lost one by one when no gateway takes them, and that is counted', async () => {
    let calls = 0;
    const { notices, lost } = start(async () => {
      if (calls++ % 2 === 0) throw new Error('nobody there');
    });
    notices.send(people(10));
    await notices.drain();
    expect([calls, await lost()]).toEqual([10, 5]);
  });

  it('do not fill the memory while nobody answers', async () => {
    const { notices, lost } = start(() => new Promise(() => undefined));
    notices.send(people(MAX_WAITING_NOTICES));
    notices.send(people(7));
    expect(await lost()).toBe(7);
  });
});
