import { describe, expect, it } from '@jest/globals';
import { type DeviceNotice, parseUserId, type UserId } from '@nearby-friends/protocol';
import { ManualClock, Metrics, silentLogger } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { createFriendGraphMetrics } from '../metrics/friend-graph-metrics.ts';
import { RENAME_INTERVAL_MS, RenameNotices } from './rename-notices.ts';

const [ann, bob] = [parseUserId('ann'), parseUserId('bob')];

function start(peopleAround: (user: UserId) => Promise<UserId[]> = async () => [bob]) {
  const clock = new ManualClock();
  const told: DeviceNotice[] = [];
  const registry = new Metrics();
  const renames = new RenameNotices({
    edges: { peopleAround },
    notices: { send: (some) => void told.push(...some) },
    clock,
    logger: silentLogger,
    metrics: createFriendGraphMetrics(registry),
  });
  const lost = async () =>
    Number(/^nearby_friends_changed_lost_total (\d+)$/m.exec(await registry.registry.metrics())?.[1] ?? Number.NaN);
  return { clock, told, renames, lost };
}

describe('a rename', () => {
  it('is told to all friends and to the devices of the user', async () => {
    const { told, renames } = start();
    renames.send(ann);
    const friendsChanged = { kind: 'renamed', userId: 'ann' };
    await eventually(() =>
      expect(told).toEqual([
        { user: 'ann', friendsChanged },
        { user: 'bob', friendsChanged },
      ]),
    );
  });

  it('is told at once, and many in a row once more at the end of the interval', async () => {
    const { clock, told, renames } = start();
    for (let i = 0; i < 50; i++) renames.send(ann);
    renames.send(bob);
    await eventually(() => expect(told).toHaveLength(4));
    clock.advance(RENAME_INTERVAL_MS - 1);
    await renames.settled();
    expect(told).toHaveLength(4);
    clock.advance(1);
    await renames.settled();
    expect(told.slice(4).map(({ user }) => user)).toEqual(['ann', 'bob']);
    clock.advance(2 * RENAME_INTERVAL_MS);
    renames.send(ann);
    await renames.settled();
    expect(told).toHaveLength(8);
  });

  it('that waits is told before the end of the process', async () => {
    const { told, renames } = start();
    renames.send(ann);
    renames.send(ann);
    await renames.drain();
    expect(told).toHaveLength(4);
  });

  it('is lost, and counted, while the friends cannot be read', async () => {
    const { renames, lost, told } = start(async () => {
      throw new Error('PostgreSQL is away');
    });
    renames.send(ann);
    await renames.settled();
    expect([await lost(), told]).toEqual([1, []]);
  });
});
