/** The oracle by hand-made cases, and against a second, different formulation of the rules. */
import { describe, expect, it } from '@jest/globals';
import { EARTH_RADIUS_METERS } from '@nearby-friends/geo';
import { parseUserId } from '@nearby-friends/protocol';
import fc from 'fast-check';
import { judgeFriends, type LatestUpdate, type OracleRules, type Verdict } from './verdict.ts';

const user = parseUserId;
const viewer = user('viewer');
const friend = user('friend');
const RULES: OracleRules = { radiusMeters: 1_000, ttlMs: 10_000, earlyMs: 250, lateMs: 1_500 };
const NOW = 100_000;
const METERS_PER_DEGREE = (Math.PI / 180) * EARTH_RADIUS_METERS;

/** A report `metersNorth` of the origin that was sent at least `ageMs` ago and took `takenMs` to be confirmed. */
function report(metersNorth: number, ageMs: number, takenMs = 0): LatestUpdate {
  const ackedAt = NOW - ageMs;
  return { lat: metersNorth / METERS_PER_DEGREE, lng: 0, sentAt: ackedAt - takenMs, ackedAt, at: 0 };
}

function judge(reports: Record<string, LatestUpdate>): Verdict[] | undefined {
  const map = new Map(Object.entries(reports).map(([id, value]) => [user(id), value]));
  const friends = [...map.keys()].filter((id) => id !== viewer && id !== user('stranger'));
  return judgeFriends(viewer, friends, map, NOW, RULES);
}

function presence(friendReport: LatestUpdate, own = report(0, 0)): string | undefined {
  return judge({ viewer: own, friend: friendReport })?.find((verdict) => verdict.friend === friend)?.presence;
}

describe('judgeFriends', () => {
  it('[N1] requires an active friend within the radius', () => {
    expect(presence(report(999, 5_000))).toBe('required');
  });

  it('[N1] expects no list before the viewer’s own first report', () => {
    expect(judge({ friend: report(10, 0) })).toBeUndefined();
  });

  it('[N1] an inactive viewer still sees active friends', () => {
    expect(presence(report(10, 0), report(0, 60_000))).toBe('required');
  });

  it('[N1] has no verdict on friends who never reported and on strangers', () => {
    expect(judge({ viewer: report(0, 0), stranger: report(1, 0) })).toEqual([]);
  });

  it.each([
    [999.9, 'required'],
    [1_000.1, 'either'],
    [1_049.9, 'either'],
    [1_050.1, 'forbidden'],
  ])('[N4] a friend at %d m of 1,000 m is %s', (meters, expected) => {
    expect(presence(report(meters, 0))).toBe(expected);
  });

  it.each([
    [9_700, 'required'],
    [9_800, 'either'],
    [11_400, 'either'],
    [11_600, 'forbidden'],
  ])('[S5] a position %d ms old with a TTL of 10 s is %s', (ageMs, expected) => {
    expect(presence(report(0, ageMs))).toBe(expected);
  });

  it('judges an age only by what is certain: not before it was sent, not after it was confirmed', () => {
    // Confirmed 9 s ago but sent 12 s ago: the server may have taken it at any time between.
    expect(presence(report(0, 9_000, 3_000))).toBe('either');
    expect(presence(report(0, 12_000, 3_000))).toBe('forbidden');
    expect(presence(report(0, 6_000, 3_000))).toBe('required');
  });

  it('[N2] sorts by distance and reports it', () => {
    const verdicts = judge({ viewer: report(100, 0), far: report(600, 0), near: report(0, 0) });
    expect(verdicts?.map((verdict) => [verdict.friend, Math.round(verdict.distance)])).toEqual([
      ['near', 100],
      ['far', 500],
    ]);
  });

  it('gives the reason why a friend must not be there', () => {
    const [far] = judge({ viewer: report(0, 0), friend: report(2_000, 0) }) ?? [];
    expect(far).toMatchObject({ far: true, expired: false });
    const [expired] = judge({ viewer: report(0, 0), friend: report(0, 20_000) }) ?? [];
    expect(expired).toMatchObject({ far: false, expired: true });
  });
});

/** One thing that happened: `user` was at a place, and the server took the report at `takenAt`, between the two others. */
interface Happening {
  readonly user: string;
  readonly lat: number;
  readonly lng: number;
  readonly sentAt: number;
  readonly takenAt: number;
  readonly ackedAt: number;
  readonly at: number;
}

/** The list by the bare rules, computed event by event, with true times and the law of cosines on chords. */
function naiveList(happenings: readonly Happening[], now: number, radiusMeters: number): Set<string> | undefined {
  const own = happenings.filter((happening) => happening.user === 'viewer').at(-1);
  if (own === undefined) return undefined;
  const list = new Set<string>();
  for (const happening of happenings) {
    if (happening.user === 'viewer') continue;
    list.delete(happening.user);
    const angle = 2 * Math.asin(chord(own, happening) / 2);
    if (now - happening.takenAt <= RULES.ttlMs && angle * EARTH_RADIUS_METERS <= radiusMeters) list.add(happening.user);
  }
  return list;
}

function chord(a: Happening, b: Happening): number {
  const [p, q] = [a, b].map(({ lat, lng }) => {
    const [phi, lambda] = [(lat * Math.PI) / 180, (lng * Math.PI) / 180];
    return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)] as const;
  });
  return p !== undefined && q !== undefined ? Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]) : Number.NaN;
}

const happenings = fc
  .array(
    fc.record({
      user: fc.constantFrom('viewer', 'a', 'b', 'c'),
      lat: fc.double({ min: -0.01, max: 0.01, noNaN: true }),
      lng: fc.double({ min: -0.01, max: 0.01, noNaN: true }),
      waitedMs: fc.integer({ min: 0, max: 6_000 }),
      wayThereMs: fc.integer({ min: 0, max: 400 }),
      wayBackMs: fc.integer({ min: 0, max: 400 }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((steps) => {
    let time = 0;
    return steps.map(({ user: id, lat, lng, waitedMs, wayThereMs, wayBackMs }): Happening => {
      const sentAt = time + waitedMs;
      const takenAt = sentAt + wayThereMs;
      time = takenAt + wayBackMs;
      return { user: id, lat, lng, sentAt, takenAt, ackedAt: time, at: takenAt };
    });
  });

describe('judgeFriends against a second formulation', () => {
  const friends = ['a', 'b', 'c'].map((id) => user(id));

  it('requires only friends whom the rules list, forbids only others, leaves open only the two edges', () => {
    fc.assert(
      fc.property(happenings, fc.integer({ min: 0, max: 15_000 }), (events, laterMs) => {
        const now = (events.at(-1)?.ackedAt ?? 0) + laterMs;
        const reports = new Map(events.map((event) => [user(event.user), event]));
        const verdicts = judgeFriends(viewer, friends, reports, now, RULES);
        const entering = naiveList(events, now, RULES.radiusMeters);
        const leaving = naiveList(events, now, RULES.radiusMeters * 1.05);
        expect(verdicts === undefined).toBe(entering === undefined);
        for (const { friend: id, presence: judged, distance } of verdicts ?? []) {
          if (judged === 'required') expect(entering).toContain(id);
          if (judged === 'forbidden') expect(leaving).not.toContain(id);
          if (judged === 'either') {
            const age = now - (reports.get(id)?.takenAt ?? 0);
            const onTheEdge = distance > RULES.radiusMeters - 0.02 && distance <= RULES.radiusMeters * 1.05 + 0.02;
            // The journey of a report widens the edge of time by at most its own length, 400 ms each way.
            const expiring = age >= RULES.ttlMs - RULES.earlyMs - 400 && age <= RULES.ttlMs + RULES.lateMs + 400;
            expect(onTheEdge || expiring).toBe(true);
          }
        }
        const named = verdicts?.map(({ friend: id }) => id) ?? [];
        for (const id of entering ?? []) expect(named).toContain(id);
      }),
      { numRuns: 2_000 },
    );
  });
});
