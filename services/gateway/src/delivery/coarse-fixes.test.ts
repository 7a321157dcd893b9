import { beforeEach, describe, expect, it } from '@jest/globals';
import { parseUserId } from '@nearby-friends/protocol';
import { APPROXIMATE, inShort, NearbyWorld, north, type Viewer } from '../test-support/nearby-world.ts';

const RADIUS = 1_000;
const FINE = 20;
const COARSE = 2_200;

let world: NearbyWorld;
let ann: Viewer;

function afterFlush(): string[] {
  world.flush();
  return inShort(ann.read());
}

function report(friend: string, meters: number, accuracy: number): void {
  world.clock.advance(1);
  world.board.apply(parseUserId(friend), { at: world.now(), position: { ...north(meters), accuracy } });
}

function move(meters: number, accuracy: number): void {
  ann.session.move({ ...north(meters), accuracy }, world.now());
  world.delivery.considerAllWatches(ann.session);
}

function enter(measuresDistances: boolean): void {
  world = new NearbyWorld();
  ann = world.viewer('ann', 0, { radiusMeters: RADIUS, measuresDistances });
  world.watch(ann.session, 'ben');
  world.open(ann.session);
  expect(afterFlush()).toEqual(['[]']);
  move(0, FINE);
}

describe.each([
  ['measures distances', true],
  ['has them measured', false],
])('[N6] for a client that %s, a fix much worse than the last', (_, measuresDistances) => {
  beforeEach(() => enter(measuresDistances));

  it('does not take a friend off the list, however often good and bad ones alternate', () => {
    report('ben', 900, FINE);
    expect(afterFlush()).toEqual(['+ben@900']);
    for (let i = 0; i < 5; i++) {
      report('ben', 3_000, COARSE);
      expect(afterFlush()).toEqual(['+ben@3000']);
      report('ben', 900, FINE);
      expect(afterFlush()).toEqual(['+ben@900']);
    }
  });

  it('does not put a friend on it', () => {
    report('ben', 3_000, FINE);
    report('ben', 100, COARSE);
    expect(afterFlush()).toEqual([]);
    report('ben', 3_000, FINE);
    expect(afterFlush()).toEqual([]);
  });

  it('counts when a second one follows', () => {
    report('ben', 900, FINE);
    expect(afterFlush()).toEqual(['+ben@900']);
    report('ben', 3_000, COARSE);
    expect(afterFlush()).toEqual(['+ben@3000']);
    report('ben', 3_000, COARSE);
    expect(afterFlush()).toEqual(['-ben']);
  });

  it('counts when the last one is older than two minutes, or did not say how good it was', () => {
    report('ben', 900, FINE);
    expect(afterFlush()).toEqual(['+ben@900']);
    world.clock.advance(120_001);
    report('ben', 3_000, COARSE);
    expect(afterFlush()).toEqual(['-ben']);
    world.report('ben', 900);
    expect(afterFlush()).toEqual(['+ben@900']);
    world.clock.advance(10);
    report('ben', 3_000, COARSE);
    expect(afterFlush()).toEqual(['-ben']);
  });

  it('keeps a friend on the list of a viewer who moves, by the fix before, and takes it off by that', () => {
    report('ben', 900, FINE);
    report('ben', 3_000, COARSE);
    expect(afterFlush()).toEqual(['+ben@3000']);
    move(-100, FINE);
    afterFlush();
    expect([...ann.list.friends.keys()]).toEqual(['ben']);
    move(-200, FINE);
    expect(afterFlush()).toEqual(['-ben']);
    move(0, FINE);
    expect(afterFlush()).toEqual(['+ben@3000']);
  });

  it('does not keep a friend of whom the viewer walks away', () => {
    report('ben', 900, FINE);
    report('ben', 100, COARSE);
    expect(afterFlush()).toEqual(['+ben@100']);
    move(-200, FINE);
    expect(afterFlush()).toEqual(['-ben']);
  });

  it('is in a new list as well', () => {
    report('ben', 900, FINE);
    report('ben', 3_000, COARSE);
    world.delivery.requestSnapshot(ann.session);
    expect(afterFlush()).toEqual(['[ben@3000]']);
  });

  it('of the viewer moves no friend', () => {
    report('ben', 900, FINE);
    expect(afterFlush()).toEqual(['+ben@900']);
    move(-3_000, COARSE);
    expect(afterFlush()).toEqual([]);
    move(-3_000, COARSE);
    expect(afterFlush()).toEqual(['-ben']);
    move(0, FINE);
    expect(afterFlush()).toEqual(['+ben@900']);
  });
});

describe('[N6] the fix before decides', () => {
  beforeEach(() => enter(false));

  it('[G7] nothing when it was withheld from the viewer', () => {
    report('ben', 900, FINE);
    expect(afterFlush()).toEqual(['+ben@900']);
    report('ben', 100, FINE);
    world.clock.advance(10);
    world.share('ben', { paused: false, until: null, shownFrom: world.now() });
    report('ben', 3_000, COARSE);
    expect(afterFlush()).toEqual(['-ben']);
  });

  it('[L5] nothing when the friend has ended sharing since', () => {
    report('ben', 900, FINE);
    const before = world.now();
    world.clock.advance(10);
    report('ben', 3_000, COARSE);
    expect(afterFlush()).toEqual(['+ben@3000']);
    world.board.stopSharing(parseUserId('ben'), before);
    expect(afterFlush()).toEqual(['-ben']);
  });

  it('[N5] about an approximate friend but by its place on the grid', () => {
    world.setRadius(ann.session, 10_000);
    const cho = world.watch(ann.session, 'cho', APPROXIMATE);
    report('cho', 5_000, FINE);
    afterFlush();
    expect(cho.isSent).toBe(true);
    report('cho', 100_000, COARSE);
    afterFlush();
    expect(cho.isSent).toBe(true);
    expect(ann.list.friends.get(parseUserId('cho'))?.distance).toBeGreaterThan(90_000);
    report('cho', 100_000, COARSE);
    afterFlush();
    expect(cho.isSent).toBe(false);
  });
});
