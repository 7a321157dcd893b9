import { beforeEach, describe, expect, it } from '@jest/globals';
import { EXACT, FLUSH_INTERVAL_MS, HIDDEN, inShort, NearbyWorld, type Viewer } from '../test-support/nearby-world.ts';
import { allPending } from '../viewer/pending-watches.ts';
import { TICKS_PER_INTERVAL } from './flush-schedule.ts';

let world: NearbyWorld;
let ann: Viewer;

function afterFlush(): string[] {
  world.flush();
  return inShort(ann.read());
}

beforeEach(() => {
  world = new NearbyWorld();
  ann = world.viewer('ann', 0, { radiusMeters: 1_000 });
  world.watch(ann.session, 'ben');
  world.open(ann.session);
  expect(afterFlush()).toEqual(['[]']);
});

describe('between two flushes', () => {
  it('[N3] a hundred positions become one, the newest', async () => {
    for (let meters = 100; meters > 0; meters--) world.report('ben', meters);
    expect(afterFlush()).toEqual(['+ben@1']);
    expect(await world.metrics.metric('nearby_positions_conflated_total')).toBe(99);
  });

  it('[N3] an older position, however late it comes, changes nothing', () => {
    world.report('ben', 10, world.now());
    world.report('ben', 20, world.now() - 1);
    world.report('ben', 30, world.now());
    expect(afterFlush()).toEqual(['+ben@10']);
    world.report('ben', 40, world.now() - 1_000);
    expect(afterFlush()).toEqual([]);
  });

  it('the message takes a ping along when one is due', () => {
    for (const isPingDue of [false, true, false]) {
      ann.transport.pingDue = isPingDue;
      world.report('ben', isPingDue ? 10 : 20);
      world.flush();
    }
    expect(inShort(ann.read())).toEqual(['+ben@20', '+ben@10', '+ben@20']);
    expect(ann.transport.pings).toBe(1);
  });

  it('[N3] each session gets one message at most, whatever happens', () => {
    const viewers = Array.from({ length: 25 }, (_, i) => world.viewer(`viewer-${i}`, 0, { radiusMeters: 1_000 }));
    for (const { session } of viewers) {
      world.watch(session, 'ben');
      world.open(session);
    }
    world.flush();
    for (const { transport } of viewers) expect(transport.takeFrames()).toHaveLength(1);

    const tick = FLUSH_INTERVAL_MS / TICKS_PER_INTERVAL;
    for (let interval = 0; interval < 4; interval++) {
      for (let elapsed = 0; elapsed < FLUSH_INTERVAL_MS; elapsed += tick) {
        world.report('ben', 10 + elapsed / 10);
        for (const { session } of viewers) world.move(session, elapsed / 100);
        world.clock.advance(tick);
      }
      for (const { transport } of viewers) expect(transport.takeFrames()).toHaveLength(1);
    }
  });
});

describe('a client that does not read', () => {
  it('[N3] gets nothing, and afterwards one message with the newest', async () => {
    ann.transport.writable = false;
    for (let i = 0; i < 20; i++) {
      world.report('ben', 20 + i);
      expect(afterFlush()).toEqual([]);
    }
    ann.transport.writable = true;
    expect(afterFlush()).toEqual(['+ben@39']);
    expect(afterFlush()).toEqual([]);
    expect(await world.metrics.metric('nearby_flushes_postponed_total')).toBe(20);
  });

  it('[N3] gets a snapshot that it missed, and not the changes it holds already', () => {
    ann.transport.writable = false;
    world.report('ben', 20);
    world.setRadius(ann.session, 2_000);
    world.report('ben', 30);
    expect(afterFlush()).toEqual([]);
    ann.transport.writable = true;
    expect(afterFlush()).toEqual(['[ben@30]']);
    expect(afterFlush()).toEqual([]);
  });

  it('[N3] costs one mark per friend, however often friends come, go and move', () => {
    const friends = Array.from({ length: 30 }, (_, i) => `friend-${i}`);
    for (const friend of friends) {
      world.watch(ann.session, friend);
      world.report(friend, 10);
    }
    world.flush();
    ann.transport.writable = false;
    for (let round = 0; round < 20; round++) {
      for (const friend of friends) {
        world.report(friend, round);
        world.unwatch(ann.session, friend);
        world.watch(ann.session, friend);
        world.report(friend, round + 1);
      }
      expect(allPending(ann.session).length).toBeLessThanOrEqual(ann.session.watches.size);
    }
    ann.transport.writable = true;
    world.flush();
    ann.read();
    expect([...ann.list.friends.values()].map(({ distance }) => Math.round(distance))).toEqual(friends.map(() => 20));
  });

  it('[N3] does not hold up others', () => {
    const dan = world.viewer('dan', 0);
    world.watch(dan.session, 'ben');
    world.open(dan.session);
    ann.transport.writable = false;
    world.report('ben', 20);
    world.flush();
    expect(inShort(dan.read())).toEqual(['[ben@20]']);
  });
});

describe('a session', () => {
  it('is sent nothing before it is live', () => {
    const dan = world.viewer('dan', 0);
    world.watch(dan.session, 'ben');
    world.report('ben', 10);
    world.move(dan.session, 5);
    world.flush();
    expect(dan.read()).toEqual([]);
    world.open(dan.session);
    world.flush();
    expect(inShort(dan.read())).toEqual(['[ben@5]']);
  });

  it('is sent nothing after it has closed, not even what was pending', () => {
    world.report('ben', 10);
    world.delivery.requestSnapshot(ann.session);
    ann.session.close();
    world.lists.removeAll(ann.session);
    world.report('ben', 20);
    expect(afterFlush()).toEqual([]);
    expect(allPending(ann.session)).toEqual([]);
  });

  it('[W3] is sent what is pending on draining, before its tick', () => {
    world.report('ben', 10);
    world.delivery.drain();
    expect(inShort(ann.read())).toEqual(['+ben@10']);
  });
});

describe('a right', () => {
  it('with hidden grants shows no friend, however near', () => {
    world.grant(ann.session, 'cho', HIDDEN);
    world.report('cho', 1);
    expect(afterFlush()).toEqual([]);
    world.delivery.requestSnapshot(ann.session);
    expect(afterFlush()).toEqual(['[]']);
  });

  it('that is narrowed takes the friend off the list; widened again, the friend is back', () => {
    world.report('ben', 10);
    expect(afterFlush()).toEqual(['+ben@10']);
    world.grant(ann.session, 'ben', HIDDEN);
    expect(afterFlush()).toEqual(['-ben']);
    world.report('ben', 20);
    expect(afterFlush()).toEqual([]);
    world.watch(ann.session, 'ben', EXACT);
    expect(afterFlush()).toEqual(['+ben@20']);
  });

  it('that has ended delivers nothing, and the friend leaves the list', () => {
    const until = world.now() + 2 * FLUSH_INTERVAL_MS;
    world.watch(ann.session, 'ben', { precision: 'exact', until });
    world.report('ben', 10);
    expect(afterFlush()).toEqual(['+ben@10']);
    // Pending while the right still holds, flushed when it does not.
    world.report('ben', 20);
    expect(afterFlush()).toEqual(['-ben']);
    world.report('ben', 30);
    expect(afterFlush()).toEqual([]);
  });

  it('that is a new one does not touch other viewers', () => {
    const dan = world.viewer('dan', 0);
    world.watch(dan.session, 'ben');
    world.open(dan.session);
    world.report('ben', 10);
    world.flush();
    dan.read();
    world.grant(ann.session, 'ben', HIDDEN);
    world.report('ben', 20);
    world.flush();
    expect(inShort(dan.read())).toEqual(['+ben@20']);
    expect(inShort(ann.read())).toEqual(['+ben@10', '-ben']);
  });
});

describe('the delivery latency', () => {
  it('is measured on news of friends, not on a viewer who walks past a friend at rest', async () => {
    world.report('ben', 10);
    expect(afterFlush()).toEqual(['+ben@10']);
    world.report('ben', 20);
    expect(afterFlush()).toEqual(['+ben@20']);
    const measured = await world.metrics.metric('nearby_delivery_latency_seconds');
    expect(measured).toBeGreaterThan(0);
    for (let i = 1; i < 5; i++) {
      world.clock.advance(60_000);
      world.move(ann.session, i);
      expect(afterFlush()).toHaveLength(1);
    }
    expect(await world.metrics.metric('nearby_delivery_latency_seconds')).toBe(measured);
  });
});
