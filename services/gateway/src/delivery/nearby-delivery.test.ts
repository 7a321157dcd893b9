import { beforeEach, describe, expect, it } from '@jest/globals';
import { inShort, NearbyWorld, type Viewer } from '../test-support/nearby-world.ts';

const RADIUS = 1_000;
const LEAVE = 1_050;

let world: NearbyWorld;
let ann: Viewer;

/** Flushes once and says what Ann got. */
function afterFlush(): string[] {
  world.flush();
  return inShort(ann.read());
}

/** Ann stands at 0 with an empty list and watches Ben, of whom nothing is known. */
beforeEach(() => {
  world = new NearbyWorld();
  ann = world.viewer('ann', 0, { radiusMeters: RADIUS });
  world.watch(ann.session, 'ben');
  world.open(ann.session);
  expect(afterFlush()).toEqual(['[]']);
});

describe('a movement', () => {
  it('[N1] a friend walks in, about, and out', () => {
    world.report('ben', 2_000);
    expect(afterFlush()).toEqual([]);
    world.report('ben', 900);
    expect(afterFlush()).toEqual(['+ben@900']);
    world.report('ben', 500);
    expect(afterFlush()).toEqual(['+ben@500']);
    world.report('ben', 2_000);
    expect(afterFlush()).toEqual(['-ben']);
    world.report('ben', 3_000);
    expect(afterFlush()).toEqual([]);
  });

  it('[N1] the viewer walks to a resting friend, about, and away', () => {
    world.report('ben', 5_000);
    expect(afterFlush()).toEqual([]);
    world.move(ann.session, 4_500);
    expect(afterFlush()).toEqual(['+ben@500']);
    world.move(ann.session, 4_700);
    expect(afterFlush()).toEqual(['+ben@300']);
    world.move(ann.session, 0);
    expect(afterFlush()).toEqual(['-ben']);
  });

  it('[N1] the viewer moves by less than the resend distance, however often: sent once it adds up', () => {
    world.report('ben', 500);
    expect(afterFlush()).toEqual(['+ben@500']);
    for (const meters of [0.2, 0.4]) {
      world.move(ann.session, meters);
      expect(afterFlush()).toEqual([]);
    }
    world.move(ann.session, 0.6);
    expect(afterFlush()).toEqual(['+ben@499']);
    // A new position is told however little the friend has moved.
    world.report('ben', 500);
    expect(afterFlush()).toEqual(['+ben@499']);
  });

  it('[N2] every friend comes with distance, time and what else was reported', () => {
    const at = world.now();
    world.board.apply(world.watch(ann.session, 'ben').subject.user, {
      at,
      position: { lat: 0, lng: 0, accuracy: 12, heading: 90, speed: 1.5, battery: 0.4 },
    });
    world.flush();
    expect(ann.read()).toEqual([
      {
        event: 'nearby:changes',
        message: {
          upserts: [
            {
              id: 'ben',
              lat: 0,
              lng: 0,
              accuracy: 12,
              heading: 90,
              speed: 1.5,
              battery: 0.4,
              distance: 0,
              at,
              precision: 'exact',
            },
          ],
          removed: [],
        },
      },
    ]);
  });
});

describe('at the edge', () => {
  it.each(['friend', 'viewer'] as const)('[N4] one enters at r and leaves beyond 1.05 r: the %s moves', (who) => {
    const moveApart = (meters: number) =>
      who === 'friend' ? world.report('ben', meters) : world.move(ann.session, -meters);
    world.report('ben', who === 'friend' ? 9_000 : 0);
    if (who === 'viewer') world.move(ann.session, -9_000);
    expect(afterFlush()).toEqual([]);

    const steps: [meters: number, told: string[]][] = [
      [LEAVE - 1, []],
      [RADIUS + 0.01, []],
      [RADIUS - 0.01, ['+ben@1000']],
      [RADIUS + 1, ['+ben@1001']],
      [LEAVE - 0.01, ['+ben@1050']],
      [LEAVE + 0.01, ['-ben']],
      [LEAVE - 0.01, []],
      [RADIUS + 0.01, []],
      [RADIUS - 0.01, ['+ben@1000']],
    ];
    for (const [meters, told] of steps) {
      moveApart(meters);
      expect(afterFlush()).toEqual(told);
    }
  });

  it('[N4] a friend who leaves and enters between two flushes does not flicker', () => {
    world.report('ben', 1_040);
    world.report('ben', 990);
    expect(afterFlush()).toEqual(['+ben@990']);
    world.report('ben', 9_000);
    world.report('ben', 1_020);
    expect(afterFlush()).toEqual(['+ben@1020']);
  });

  it('[N4] a friend who enters and leaves between two flushes is not sent', () => {
    world.report('ben', 10);
    world.report('ben', 2_000);
    expect(afterFlush()).toEqual([]);
  });
});

describe('a new radius', () => {
  it('[N1] sends a snapshot, by the radius of entering', () => {
    world.watch(ann.session, 'cho');
    world.report('ben', 990);
    world.report('cho', 1_500);
    expect(afterFlush()).toEqual(['+ben@990']);
    world.setRadius(ann.session, 2_000);
    expect(afterFlush()).toEqual(['[ben@990 cho@1500]']);
    expect(ann.list.radiusMeters).toBe(2_000);
    world.setRadius(ann.session, 960);
    expect(afterFlush()).toEqual(['[]']);
    world.setRadius(ann.session, 1_000);
    expect(afterFlush()).toEqual(['[ben@990]']);
  });

  it('[N2] a snapshot is sorted by distance, and takes all that was pending with it', () => {
    for (const [friend, meters] of [
      ['dan', 700],
      ['cho', 30],
      ['eve', 400],
    ] as const) {
      world.watch(ann.session, friend);
      world.report(friend, meters);
    }
    world.report('ben', 500);
    world.delivery.requestSnapshot(ann.session);
    expect(afterFlush()).toEqual(['[cho@30 eve@400 ben@500 dan@700]']);
    expect(afterFlush()).toEqual([]);
  });
});

describe('a friend who is not watched any more', () => {
  it('[N1] leaves the list', () => {
    world.report('ben', 10);
    expect(afterFlush()).toEqual(['+ben@10']);
    world.unwatch(ann.session, 'ben');
    expect(afterFlush()).toEqual(['-ben']);
  });

  it('[N1] is not removed from a list he was never on', () => {
    world.report('ben', 2_000);
    world.unwatch(ann.session, 'ben');
    expect(afterFlush()).toEqual([]);
    world.watch(ann.session, 'cho');
    world.report('cho', 10);
    world.unwatch(ann.session, 'cho');
    expect(afterFlush()).toEqual([]);
  });

  it('[N1] and is watched again before the next flush stays, with the position known by then', () => {
    world.report('ben', 10);
    expect(afterFlush()).toEqual(['+ben@10']);
    world.unwatch(ann.session, 'ben');
    world.watch(ann.session, 'ben');
    world.report('ben', 1_020);
    expect(afterFlush()).toEqual(['+ben@1020']);
    expect(afterFlush()).toEqual([]);
  });

  it('[N1] and is watched again, but is far by then, leaves the list once', () => {
    world.report('ben', 10);
    expect(afterFlush()).toEqual(['+ben@10']);
    world.report('ben', 20);
    world.unwatch(ann.session, 'ben');
    world.watch(ann.session, 'ben');
    world.report('ben', 2_000);
    world.flush();
    expect([...inShort(ann.read()), ...afterFlush()]).toEqual(['-ben']);
  });
});
