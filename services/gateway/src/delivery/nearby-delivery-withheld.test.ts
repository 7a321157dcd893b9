/** Positions received while they were withheld from a viewer: never shown later, whatever is granted then (G7). */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { approximate, distanceMeters } from '@nearby-friends/geo';
import { type GraphEvent, parseUserId } from '@nearby-friends/protocol';
import { APPROXIMATE, EXACT, HIDDEN, inShort, NearbyWorld, north, type Viewer } from '../test-support/nearby-world.ts';

const BEN = parseUserId('ben');
let world: NearbyWorld;
let ann: Viewer;

beforeEach(() => {
  world = new NearbyWorld();
  ann = world.viewer('ann', 0);
  world.open(ann.session);
  world.watch(ann.session, 'ben');
  afterFlush();
});

function afterFlush(): string[] {
  world.flush();
  return inShort(ann.read());
}

/** Ben reports a place; then a time begins before which that report counts as received. */
function reportThenBoundary(meters: number): number {
  world.report('ben', meters);
  world.clock.advance(1);
  return world.now();
}

describe('after a widening', () => {
  it('[G7] a friend whose position was withheld appears with the next report', () => {
    const shownFrom = reportThenBoundary(100);
    world.grant(ann.session, 'ben', { ...EXACT, shownFrom, exactFrom: shownFrom });
    expect(afterFlush()).toEqual([]);
    world.move(ann.session, 10);
    expect(afterFlush()).toEqual([]);
    world.report('ben', 200);
    expect(afterFlush()).toEqual(['+ben@190']);
  });

  it('[G7] a position received in the very moment the time begins is shown', () => {
    world.clock.advance(1);
    world.grant(ann.session, 'ben', { ...EXACT, shownFrom: world.now(), exactFrom: world.now() });
    world.report('ben', 100, world.now());
    expect(afterFlush()).toEqual(['+ben@100']);
  });

  it('[G7] a pause that has ended withholds what was reported in it, from a viewer who comes later too', () => {
    const shownFrom = reportThenBoundary(100);
    world.share('ben', { paused: false, until: null, shownFrom });
    const dan = world.viewer('dan', 0);
    world.watch(dan.session, 'ben');
    world.open(dan.session);
    expect([afterFlush(), inShort(dan.read())]).toEqual([[], ['[]']]);
    world.report('ben', 200);
    expect([afterFlush(), inShort(dan.read())]).toEqual([['+ben@200'], ['+ben@200']]);
  });

  it.each([
    ['which says so', true],
    ['of an earlier build, which does not', false],
  ])('[G7] a pause that ends by itself, %s, withholds what was reported before its end', (_, isStated) => {
    const until = world.now() + 1_000;
    world.share('ben', { paused: true, until, ...(isStated ? { shownFrom: until } : {}) });
    world.report('ben', 100);
    world.clock.advance(2_000);
    expect(afterFlush()).toEqual([]);
    world.report('ben', 200);
    expect(afterFlush()).toEqual(['+ben@200']);
  });

  it('[G7] a friend on the list whose position was hidden meanwhile, unheard, is removed until the next report', () => {
    const shownFrom = reportThenBoundary(100);
    expect(afterFlush()).toEqual(['+ben@100']);
    world.grant(ann.session, 'ben', { ...EXACT, shownFrom, exactFrom: shownFrom });
    expect(afterFlush()).toEqual(['-ben']);
    world.report('ben', 101);
    expect(afterFlush()).toEqual(['+ben@101']);
  });

  it('[G7] a position received while the grant was approximate stays approximate until the next report', () => {
    const exactFrom = reportThenBoundary(1_234);
    const { at } = world.board.get(BEN)?.latest ?? { at: 0 };
    world.grant(ann.session, 'ben', { ...EXACT, shownFrom: 0, exactFrom });
    const place = approximate('ben', north(1_234).lat, 0, at);
    afterFlush();
    expect(ann.list.friends.get(BEN)).toEqual({
      id: 'ben',
      ...place,
      at: world.board.get(BEN)?.gridAt,
      distance: expect.closeTo(distanceMeters(0, 0, place.lat, place.lng), 1),
      precision: 'approximate',
    });
    world.report('ben', 1_235);
    afterFlush();
    expect(ann.list.friends.get(BEN)).toMatchObject({ precision: 'exact', lat: expect.closeTo(north(1_235).lat, 9) });
  });
});

describe('the check at send', () => {
  const [shown, exact] = [1_000_000, 2_000_000];
  const forbids = (event: GraphEvent, at: number): boolean => {
    world.ledger.record(event);
    const watch = ann.session.watches.get(BEN);
    if (!watch) throw new Error('ben is not watched');
    return world.ledger.forbids(world.ledger.edgesOf(ann.session.user), watch, at, world.now());
  };
  const edge = (grant: typeof EXACT): GraphEvent => ({
    kind: 'edge',
    version: world.nextVersion(),
    viewer: ann.session.user,
    subject: BEN,
    grant,
  });

  it('[G7] knows by itself what an edge withholds, in any form and in the exact one', () => {
    const event = edge({ ...EXACT, shownFrom: shown, exactFrom: exact });
    expect([shown - 1, shown, exact - 1, exact].map((at) => forbids(event, at))).toEqual([true, true, true, false]);
    expect(forbids(edge(HIDDEN), exact)).toBe(true);
    world.grant(ann.session, 'ben', APPROXIMATE);
    const coarse = edge({ ...APPROXIMATE, shownFrom: shown, exactFrom: exact });
    expect([shown - 1, shown, exact - 1].map((at) => forbids(coarse, at))).toEqual([true, false, false]);
  });

  it('[G7] knows by itself what a pause withholds', () => {
    const sharing = { paused: false, until: null, shownFrom: shown };
    const event: GraphEvent = { kind: 'sharing', version: world.nextVersion(), subject: BEN, sharing };
    expect([shown - 1, shown].map((at) => forbids(event, at))).toEqual([true, false]);
  });
});
