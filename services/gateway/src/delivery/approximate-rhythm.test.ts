/** What the rhythm of an approximate friend tells a viewer who wants to know its speed: nothing (decision 6). */
import { describe, expect, it } from '@jest/globals';
import { approximate, GRID_PERIOD_MS } from '@nearby-friends/geo';
import { type NearbyFriend, parseUserId } from '@nearby-friends/protocol';
import {
  APPROXIMATE,
  EXACT,
  FLUSH_INTERVAL_MS,
  NearbyWorld,
  north,
  type Viewer,
} from '../test-support/nearby-world.ts';

const BEN = parseUserId('ben');
const WATCHED_MS = 10 * 60_000;
/** Phones report after this distance, and at least that often. */
const REPORTED_METERS = 50;
const REPORTED_MS = 30_000;

interface Seen {
  /** Since the beginning, ms. */
  readonly arrived: number;
  readonly friend: NearbyFriend;
}

/** A place in the middle of a cell, metres north, from which 200 m in both directions stay in the cell. */
function middleOfCell(): number {
  const cellOf = (meters: number) => approximate('ben', north(meters).lat, 0, 0).lat;
  let start = 0;
  while (cellOf(start) === cellOf(0)) start += 10;
  return start + 500;
}

/** Drives Ben to and fro in one cell at that speed, and notes all that each of the viewers gets of him. */
function drive(metersPerSecond: number, viewers: (world: NearbyWorld, tick: number) => readonly Viewer[]): Seen[] {
  const world = new NearbyWorld();
  const begun = world.now();
  const middle = middleOfCell();
  const seen: Seen[] = [];
  let [reportedAt, reportedMeters] = [Number.NEGATIVE_INFINITY, 0];
  for (let tick = 0; tick * FLUSH_INTERVAL_MS < WATCHED_MS; tick++) {
    const all = viewers(world, tick);
    const meters = (metersPerSecond * tick * FLUSH_INTERVAL_MS) / 1_000;
    if (meters - reportedMeters >= REPORTED_METERS || world.now() - reportedAt >= REPORTED_MS) {
      [reportedAt, reportedMeters] = [world.now(), meters];
      world.report('ben', middle + 200 * Math.sin(meters / 200), world.now());
    }
    world.flush();
    for (const viewer of all) {
      for (const { event, message } of viewer.read()) {
        const friends =
          event === 'nearby:snapshot' ? message.friends : event === 'nearby:changes' ? message.upserts : [];
        seen.push(...friends.map((friend) => ({ arrived: world.now() - begun, friend })));
      }
    }
  }
  return seen;
}

/** Viewers who watch from the beginning on. */
function lasting(count: number): (world: NearbyWorld) => readonly Viewer[] {
  let all: Viewer[] | null = null;
  return (world) => {
    all ??= Array.from({ length: count }, (_, i) => {
      const viewer = world.viewer(`viewer-${i}`, middleOfCell() + 100 * i);
      world.watch(viewer.session, 'ben', APPROXIMATE);
      world.open(viewer.session);
      return viewer;
    });
    return all;
  };
}

/** One viewer who signs on again every two seconds, so that each list is a snapshot. */
function reconnecting(): (world: NearbyWorld, tick: number) => readonly Viewer[] {
  let current: Viewer | null = null;
  return (world, tick) => {
    if (current !== null && tick % 8 !== 0) return [current];
    if (current !== null) world.lists.removeAll(current.session);
    current = world.viewer(`viewer-${tick}`, middleOfCell());
    const latest = world.board.get(BEN)?.latest ?? null;
    world.grant(current.session, 'ben', APPROXIMATE, latest);
    world.open(current.session);
    return [current];
  };
}

/** All that a viewer has to estimate from. */
const rhythmOf = (seen: readonly Seen[]) =>
  seen.map(({ arrived, friend }) => [arrived, friend.at, friend.lat, friend.lng]);

describe('an approximate friend inside one cell', () => {
  const SPEEDS = [0, 1.4, 6, 25];

  it.each([1, 3])('is seen alike by %d devices, whatever its speed, and at most once a minute', (devices) => {
    const [rest, ...moving] = SPEEDS.map((speed) => drive(speed, lasting(devices)));
    expect(rest?.length).toBeGreaterThan(devices * 7);
    for (const seen of moving) expect(rhythmOf(seen)).toEqual(rhythmOf(rest ?? []));
    const arrivals = [...new Set((rest ?? []).map(({ arrived }) => arrived))];
    // The first comes when the viewer signs on, the others by the schedule.
    for (let i = 2; i < arrivals.length; i++) {
      expect((arrivals[i] ?? 0) - (arrivals[i - 1] ?? 0)).toBeGreaterThanOrEqual(60_000);
    }
  });

  it('is seen alike in the lists of a viewer who signs on again and again', () => {
    const [rest, ...moving] = SPEEDS.map((speed) => drive(speed, reconnecting()));
    expect(rest?.length).toBeGreaterThan(250);
    for (const seen of moving) expect(rhythmOf(seen)).toEqual(rhythmOf(rest ?? []));
  });

  it('is shown with a time that is earlier than that of the position, and moves by whole slots', () => {
    for (const { arrived, friend } of drive(25, lasting(1))) {
      expect(friend.accuracy ?? friend.speed ?? friend.heading ?? friend.battery).toBeUndefined();
      expect(arrived).toBeGreaterThanOrEqual(0);
    }
    const times = [...new Set(drive(25, lasting(1)).map(({ friend }) => friend.at))];
    for (let i = 1; i < times.length; i++) expect((times[i] ?? 0) - (times[i - 1] ?? 0)).toBe(GRID_PERIOD_MS);
  });

  it('betrays its speed to this very estimate when it is seen exactly, so the estimate is one', () => {
    const exact = (speed: number) => {
      const viewersOf = lasting(1);
      return drive(speed, (world, tick) => {
        const viewers = viewersOf(world);
        for (const { session } of viewers) if (tick === 0) world.grant(session, 'ben', EXACT);
        return viewers;
      }).length;
    };
    expect(exact(25)).toBeGreaterThan(2 * exact(1.4));
  });
});

describe('an approximate friend who changes cells', () => {
  it('is shown in the new cell soon, with a time of the schedule and none of its own', () => {
    const world = new NearbyWorld();
    const ann = world.viewer('ann', 0, { radiusMeters: 50_000 });
    world.watch(ann.session, 'ben', APPROXIMATE);
    world.open(ann.session);
    world.flush();
    const times = new Set<number>();
    for (let meters = 0; meters < 5_000; meters += 250) {
      world.report('ben', meters);
      world.flush();
      ann.read();
      const friend = ann.list.friends.get(BEN);
      const place = approximate('ben', north(meters).lat, 0, world.now());
      expect(friend).toMatchObject({ lat: place.lat, lng: place.lng });
      times.add(friend?.at ?? 0);
    }
    // Five seconds in all: at most one slot begins in them.
    expect(times.size).toBeLessThanOrEqual(2);
    for (const at of times) expect(at).toBeLessThanOrEqual(world.now() - GRID_PERIOD_MS);
  });
});
