/** What viewers are told, and what not, by the rights that hold at the moment of sending. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Grant, type GraphEvent, parseUserId } from '@nearby-friends/protocol';
import {
  APPROXIMATE,
  EXACT,
  FLUSH_INTERVAL_MS,
  HIDDEN,
  inShort,
  NearbyWorld,
  TTL_MS,
  type Viewer,
} from '../test-support/nearby-world.ts';
import { TICKS_PER_INTERVAL } from './flush-schedule.ts';
import { THROTTLED_INTERVAL_MS } from './nearby-delivery.ts';

const BEN = parseUserId('ben');
/** A wheel tick and its rounding, and a flush. */
const NOTICED_WITHIN_MS = 750;

let world: NearbyWorld;
let ann: Viewer;

function afterFlush(): string[] {
  world.flush();
  return inShort(ann.read());
}

beforeEach(() => {
  world = new NearbyWorld();
  ann = world.viewer('ann', 0, { radiusMeters: 5_000 });
  world.watch(ann.session, 'ben');
  world.open(ann.session);
  expect(afterFlush()).toEqual(['[]']);
});

describe('[G5] while the graph events cannot be followed', () => {
  it('no viewer is sent anything, and afterwards the newest', async () => {
    world.areRightsCurrent = false;
    for (let meters = 0; meters < 10; meters++) {
      world.report('ben', meters);
      expect(afterFlush()).toEqual([]);
    }
    world.delivery.drain();
    expect(ann.read()).toEqual([]);
    world.areRightsCurrent = true;
    expect(afterFlush()).toEqual(['+ben@9']);
    expect(await world.metrics.metric('nearby_flushes_fenced_total')).toBe(12);
  });

  it('a session that opens waits for its list', () => {
    world.areRightsCurrent = false;
    const dan = world.viewer('dan', 0);
    world.open(dan.session);
    world.flush();
    expect(dan.read()).toEqual([]);
    world.areRightsCurrent = true;
    world.flush();
    expect(inShort(dan.read())).toEqual(['[]']);
  });

  it('a gateway that was paused amid sending many messages stops there', () => {
    const others = ['dan', 'eve'].map((name) => world.viewer(name, 0));
    for (const { session } of others) world.open(session);
    const [dan, eve] = others as [Viewer, Viewer];
    const send = dan.transport.send.bind(dan.transport);
    dan.transport.send = (...message) => {
      send(...message);
      world.areRightsCurrent = false;
    };
    world.flush();
    expect(inShort(dan.read())).toEqual(['[]']);
    expect(eve.read()).toEqual([]);
    world.areRightsCurrent = true;
    world.flush();
    expect(inShort(eve.read())).toEqual(['[]']);
  });

  it('a gateway that was paused between composing and sending sends a snapshot later', () => {
    world.report('ben', 100);
    afterFlush();
    world.report('ben', 200);
    const { isReadyForList } = ann.transport;
    // Asked before a message is worked out.
    ann.transport.isReadyForList = () => {
      world.areRightsCurrent = false;
      return isReadyForList.call(ann.transport);
    };
    expect(afterFlush()).toEqual([]);
    ann.transport.isReadyForList = isReadyForList;
    world.areRightsCurrent = true;
    expect(afterFlush()).toEqual(['[ben@200]']);
  });
});

describe('a right with an end', () => {
  it.each<[what: string, end: (until: number) => void]>([
    ['grant', (until) => world.grant(ann.session, 'ben', { precision: 'exact', until })],
    ['approximate grant', (until) => world.grant(ann.session, 'ben', { precision: 'approximate', until })],
    ['sharing', (until) => world.share('ben', { paused: false, until })],
  ])('takes a friend at rest off the list within a second: a %s', (_, end) => {
    world.report('ben', 10);
    afterFlush();
    const until = world.now() + 60_000;
    end(until);
    afterFlush();
    world.clock.advance(until - world.now() - 1);
    ann.read();
    expect(ann.list.friends.has(BEN)).toBe(true);
    world.clock.advance(1 + NOTICED_WITHIN_MS);
    expect(inShort(ann.read())).toEqual(['-ben']);
    expect(world.board.timedRights).toBe(0);
  });

  it('delivers nothing from that very moment on', () => {
    const dan = world.viewer('dan', 0);
    world.open(dan.session);
    world.flush();
    expect(inShort(dan.read())).toEqual(['[]']);
    // Flushed at the next tick, before the end of the grant is noticed.
    const tick = FLUSH_INTERVAL_MS / TICKS_PER_INTERVAL;
    world.watch(dan.session, 'ben', { precision: 'exact', until: world.now() + tick });
    world.report('ben', 10);
    world.clock.advance(FLUSH_INTERVAL_MS);
    expect(dan.read()).toEqual([]);
  });

  it('[G7] brings a friend back with the first report after a pause has ended', () => {
    world.report('ben', 10);
    afterFlush();
    world.share('ben', { paused: true, until: world.now() + 60_000 });
    expect(afterFlush()).toEqual(['-ben']);
    world.clock.advance(60_000 + NOTICED_WITHIN_MS);
    expect(inShort(ann.read())).toEqual([]);
    world.report('ben', 10);
    expect(afterFlush()).toEqual(['+ben@10']);
  });

  it('[S3] leaves nothing behind when it is changed, or the viewer goes', () => {
    const later = world.now() + TTL_MS;
    world.grant(ann.session, 'ben', { precision: 'exact', until: later });
    world.share('ben', { paused: true, until: later });
    expect(world.board.timedRights).toBe(2);
    world.grant(ann.session, 'ben', { precision: 'exact', until: later + 1 });
    world.share('ben', { paused: true, until: later + 1 });
    expect(world.board.timedRights).toBe(2);
    world.grant(ann.session, 'ben', EXACT);
    world.share('ben', { paused: false, until: null });
    expect(world.board.timedRights).toBe(0);
    world.grant(ann.session, 'ben', { precision: 'exact', until: later });
    world.share('ben', { paused: true, until: later });
    ann.session.close();
    world.lists.removeAll(ann.session);
    world.clock.advance(5_000);
    expect([world.board.timedRights, world.board.size]).toEqual([0, 0]);
    expect(world.clock.pending).toBe(2);
  });
});

describe('a friend who is not to be seen any more', () => {
  const ways: Record<string, () => void> = {
    'is hidden': () => world.grant(ann.session, 'ben', HIDDEN),
    'has paused': () => world.share('ben', { paused: true, until: null }),
    'has blocked or left': () => world.unwatch(ann.session, 'ben'),
    'has granted until now': () => world.grant(ann.session, 'ben', { precision: 'exact', until: world.now() }),
    'is far': () => world.report('ben', 50_000),
    'is offline': () => {
      world.redisLead += TTL_MS;
    },
  };

  it('looks the same to the viewer, byte for byte and tick for tick, whatever the reason', () => {
    const looks = Object.entries(ways).map(([way, takeAway]) => {
      world = new NearbyWorld();
      ann = world.viewer('ann', 0);
      world.watch(ann.session, 'ben');
      world.open(ann.session);
      world.report('ben', 10);
      afterFlush();
      ann.transport.takeFrames();
      takeAway();
      // Silence is noticed by the wheel's next tick, and like all others told at the session's own flush tick.
      const frames: string[] = [];
      for (let ms = 0; ms < 4 * FLUSH_INTERVAL_MS; ms += FLUSH_INTERVAL_MS) {
        world.clock.advance(FLUSH_INTERVAL_MS);
        frames.push(...ann.transport.takeFrames().map((frame) => JSON.stringify(frame)));
      }
      // Whatever moves or asks later, nothing more comes of it.
      if (way !== 'is far' && way !== 'is offline') world.report('ben', 12);
      world.move(ann.session, 1);
      world.flush();
      frames.push(...ann.transport.takeFrames().map((frame) => JSON.stringify(frame)));
      return frames;
    });
    for (const look of looks) {
      expect(look).toEqual(['{"event":"nearby:changes","message":{"upserts":[],"removed":["ben"]}}']);
    }
  });

  it('was never there for a viewer who opens a list', () => {
    const looks = Object.values(ways).map((takeAway) => {
      world = new NearbyWorld();
      ann = world.viewer('ann', 0);
      world.watch(ann.session, 'ben');
      world.report('ben', 10);
      takeAway();
      world.clock.advance(NOTICED_WITHIN_MS);
      world.open(ann.session);
      world.flush();
      return JSON.stringify(ann.transport.takeFrames());
    });
    expect(new Set(looks).size).toBe(1);
  });
});

describe('the authorization check at send', () => {
  /** The event is known, but has not been made to count: a fault elsewhere. */
  const heardOnly = (event: GraphEvent) => world.ledger.record(event);
  const edge = (grant: Grant | null): GraphEvent => {
    return { kind: 'edge', version: world.nextVersion(), viewer: ann.session.user, subject: BEN, grant };
  };

  it.each<[what: string, event: () => GraphEvent]>([
    ['a revoked edge', () => edge(null)],
    ['a hidden edge', () => edge(HIDDEN)],
    ['an edge that has ended', () => edge({ precision: 'exact', until: world.now() })],
    ['an approximate edge', () => edge(APPROXIMATE)],
    ['a pause', () => ({ kind: 'sharing', version: 1_000, subject: BEN, sharing: { paused: true, until: null } })],
    ['an erased friend', () => ({ kind: 'erased', version: 1_000, user: BEN, before: 0 })],
    ['an erased viewer', () => ({ kind: 'erased', version: 1_000, user: ann.session.user, before: 0 })],
  ])('stops a position that %s forbids, in changes and in snapshots, and counts it', async (_, event) => {
    world.report('ben', 10);
    expect(afterFlush()).toEqual(['+ben@10']);
    heardOnly(event());
    world.report('ben', 20);
    expect(afterFlush()).toEqual(['-ben']);
    world.delivery.requestSnapshot(ann.session);
    expect(afterFlush()).toEqual(['[]']);
    expect(await world.metrics.metric('nearby_post_revocation_deliveries_total')).toBe(2);
  });

  it('says nothing against what is newer than the event', async () => {
    heardOnly(edge(null));
    world.grant(ann.session, 'ben', EXACT);
    world.report('ben', 10);
    expect(afterFlush()).toEqual(['+ben@10']);
    expect(await world.metrics.metric('nearby_post_revocation_deliveries_total')).toBe(0);
  });
});

describe('a viewer who is slowed', () => {
  it('is sent at most every 2 s, and the newest', () => {
    world.report('ben', 10);
    expect(afterFlush()).toEqual(['+ben@10']);
    Object.assign(ann.session, { throttledUntil: world.clock.now() + 10 * THROTTLED_INTERVAL_MS });
    let messages = 0;
    for (let ms = 0; ms < 10 * THROTTLED_INTERVAL_MS; ms += FLUSH_INTERVAL_MS) {
      world.report('ben', 20 + ms / 100);
      messages += afterFlush().length;
    }
    expect(messages).toBeGreaterThanOrEqual(9);
    expect(messages).toBeLessThanOrEqual(10);
    world.report('ben', 500);
    expect(afterFlush()).toEqual(['+ben@500']);
  });
});
