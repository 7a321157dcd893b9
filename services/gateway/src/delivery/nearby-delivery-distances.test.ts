import { beforeEach, describe, expect, it } from '@jest/globals';
import { APPROXIMATE, FLUSH_INTERVAL_MS, inShort, NearbyWorld, type Viewer } from '../test-support/nearby-world.ts';
import { MIN_TICKS_BETWEEN_FLUSHES, TICKS_PER_INTERVAL } from './flush-schedule.ts';

const TICK_MS = FLUSH_INTERVAL_MS / TICKS_PER_INTERVAL;

let world: NearbyWorld;
let ann: Viewer;

function after(ms: number): string[] {
  world.clock.advance(ms);
  return inShort(ann.read());
}

function begin(options: { measuresDistances: boolean }): void {
  world = new NearbyWorld();
  ann = world.viewer('ann', 0, { radiusMeters: 1_000, ...options });
  world.watch(ann.session, 'ben');
  world.open(ann.session);
  world.report('ben', 500);
  expect(after(FLUSH_INTERVAL_MS)).toEqual(['[ben@500]']);
}

describe('a client that measures distances itself', () => {
  beforeEach(() => begin({ measuresDistances: true }));

  it('hears nothing of a friend at rest whom the viewer walks about', () => {
    for (const meters of [100, 200, 499, 0, -500]) {
      world.move(ann.session, meters);
      expect(after(FLUSH_INTERVAL_MS)).toEqual([]);
    }
  });

  it('[N4] hears who leaves and who enters because the viewer has moved', () => {
    world.move(ann.session, -549);
    expect(after(FLUSH_INTERVAL_MS)).toEqual([]);
    world.move(ann.session, -551);
    expect(after(FLUSH_INTERVAL_MS)).toEqual(['-ben']);
    world.move(ann.session, -501);
    expect(after(FLUSH_INTERVAL_MS)).toEqual([]);
    world.move(ann.session, -499);
    expect(after(FLUSH_INTERVAL_MS)).toEqual(['+ben@999']);
  });

  it('[N1] hears all news of a friend, measured from where the viewer is by then', () => {
    world.move(ann.session, 100);
    world.report('ben', 500);
    expect(after(FLUSH_INTERVAL_MS)).toEqual(['+ben@400']);
    world.report('ben', 700);
    expect(after(FLUSH_INTERVAL_MS)).toEqual(['+ben@600']);
  });

  it('is sent a changed grant, though neither has moved', () => {
    world.watch(ann.session, 'ben', APPROXIMATE);
    world.clock.advance(FLUSH_INTERVAL_MS);
    const [frame] = ann.read();
    expect(frame?.message).toMatchObject({ upserts: [{ id: 'ben', precision: 'approximate' }] });
  });

  it('has its list measured when the whole of it is sent', () => {
    world.move(ann.session, 100);
    world.setRadius(ann.session, 2_000);
    expect(after(FLUSH_INTERVAL_MS)).toEqual(['[ben@400]']);
  });
});

describe('who comes and who goes', () => {
  beforeEach(() => {
    begin({ measuresDistances: false });
    world.watch(ann.session, 'cho');
    // Told last an interval ago: what comes now need not wait for others.
    expect(after(FLUSH_INTERVAL_MS)).toEqual([]);
  });

  it('is flushed at the next tick', () => {
    world.report('cho', 10);
    expect(after(TICK_MS)).toEqual(['+cho@10']);
    expect(after(FLUSH_INTERVAL_MS)).toEqual([]);
    world.unwatch(ann.session, 'cho');
    expect(after(TICK_MS)).toEqual(['-cho']);
  });

  it('takes with it what else waits', () => {
    world.report('ben', 400);
    expect(after(TICK_MS)).toEqual([]);
    world.report('cho', 10);
    expect(after(TICK_MS)).toEqual(['+cho@10 +ben@400']);
  });

  it('[N3] waits when the session was flushed within half an interval', () => {
    world.report('cho', 10);
    expect(after(TICK_MS)).toEqual(['+cho@10']);
    world.unwatch(ann.session, 'ben');
    expect(after((MIN_TICKS_BETWEEN_FLUSHES - 1) * TICK_MS)).toEqual([]);
    expect(after(TICK_MS)).toEqual(['-ben']);
  });

  it('is flushed urgently for a friend who is pending already because of a movement', () => {
    world.report('ben', 400);
    expect(after(TICK_MS)).toEqual([]);
    world.share('ben', { paused: true, until: null });
    expect(after(TICK_MS)).toEqual(['-ben']);
  });

  it('is flushed sooner than movements of friends on the list', () => {
    world.report('ben', 400);
    expect(after(FLUSH_INTERVAL_MS - TICK_MS)).toEqual([]);
    expect(after(TICK_MS)).toEqual(['+ben@400']);
  });
});

describe.each([true, false])('who is certainly out of reach (the client measures: %s)', (measuresDistances) => {
  beforeEach(() => {
    begin({ measuresDistances });
    expect(after(FLUSH_INTERVAL_MS)).toEqual([]);
  });

  it('is taken off the list soon when the friend has moved', () => {
    world.report('ben', 2_000);
    expect(after(TICK_MS)).toEqual(['-ben']);
  });

  it('is taken off the list soon when the viewer has moved', () => {
    world.move(ann.session, -2_000);
    expect(after(TICK_MS)).toEqual(['-ben']);
  });
});
