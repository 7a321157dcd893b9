/** The comparison finds each kind of difference, and nothing where there is none. */
import { describe, expect, it } from '@jest/globals';
import { type NearbyFriend, parseUserId } from '@nearby-friends/protocol';
import fc from 'fast-check';
import { compareList, type DifferenceKind } from './differences.ts';
import type { Presence, Verdict } from './verdict.ts';

const viewer = parseUserId('viewer');

function verdict(id: string, distance: number, presence: Presence = 'required'): Verdict {
  const far = presence === 'forbidden';
  return { friend: parseUserId(id), presence, far, expired: false, distance, lat: 37, lng: distance / 100_000, at: 1 };
}

function entry({ friend, lat, lng, distance, at }: Verdict, changed: Partial<NearbyFriend> = {}): NearbyFriend {
  return { id: friend, lat, lng, distance, at, precision: 'exact', ...changed };
}

function kinds(held: readonly NearbyFriend[] | undefined, verdicts: readonly Verdict[] | undefined): DifferenceKind[] {
  return compareList(viewer, held, verdicts).map(({ kind }) => kind);
}

const near = verdict('near', 100);
const middle = verdict('middle', 200);
const edge = verdict('edge', 8_100, 'either');
const gone = verdict('gone', 9_000, 'forbidden');
const verdicts = [near, middle, edge, gone];

describe('compareList', () => {
  it('finds nothing when all required are there and none of the forbidden', () => {
    expect(kinds([entry(near), entry(middle)], verdicts)).toEqual([]);
  });

  it('[N4] takes a friend at the edge as well as not', () => {
    expect(kinds([entry(near), entry(middle), entry(edge)], verdicts)).toEqual([]);
  });

  it('finds a missing friend', () => {
    expect(compareList(viewer, [entry(near)], verdicts)).toEqual([
      { kind: 'missing', viewer, friend: 'middle', expected: 'listed', got: 'not listed', distance: 200 },
    ]);
  });

  it('finds a friend who must not be there, and the reason', () => {
    expect(compareList(viewer, [entry(near), entry(middle), entry(gone)], verdicts)).toMatchObject([
      { kind: 'extra', friend: 'gone', expected: 'not listed (too far)', distance: 9_000 },
    ]);
    const expired = { ...gone, far: false, expired: true };
    expect(compareList(viewer, [entry(gone)], [expired])).toMatchObject([
      { kind: 'extra', expected: 'not listed (expired)' },
    ]);
  });

  it('finds an entry that is not a friend', () => {
    expect(kinds([entry(verdict('stranger', 50)), entry(near), entry(middle)], verdicts)).toEqual(['extra']);
  });

  it('finds a stale position, and reports its distance but not the position', () => {
    const [difference, ...others] = compareList(viewer, [entry(near, { lat: 37.001 })], [near]);
    expect(others).toEqual([]);
    expect(difference).toMatchObject({ kind: 'stale position', friend: 'near', got: 'one 111.2 m from it' });
    expect(JSON.stringify(difference)).not.toContain('37');
  });

  it('holds a position to the last digit', () => {
    expect(kinds([entry(near, { lng: near.lng + 1e-12 })], [near])).toEqual(['stale position']);
  });

  it('[N2] finds another time than the one that was acknowledged', () => {
    expect(compareList(viewer, [entry(near, { at: near.at - 70 })], [near])).toMatchObject([
      { kind: 'wrong time', friend: 'near', got: 'one 70 ms earlier' },
    ]);
  });

  it('finds a wrong distance beyond 0.5 m', () => {
    expect(kinds([entry(near, { distance: 100.4 })], [near])).toEqual([]);
    expect(kinds([entry(near, { distance: 100.6 })], [near])).toEqual(['wrong distance']);
    expect(kinds([entry(edge, { distance: 8_099 })], [edge])).toEqual(['wrong distance']);
  });

  it('finds a wrong distance beyond a millionth where that is more', () => {
    const continent = verdict('continent', 5_000_000);
    expect(kinds([entry(continent, { distance: 5_000_004 })], [continent])).toEqual([]);
    expect(kinds([entry(continent, { distance: 5_000_006 })], [continent])).toEqual(['wrong distance']);
  });

  it('[N2] finds a wrong order', () => {
    expect(kinds([entry(middle), entry(near)], [near, middle])).toEqual(['wrong order']);
  });

  it('leaves the order open where the distances are equal within tolerance', () => {
    const beside = verdict('beside', 100.3);
    expect(kinds([entry(beside), entry(near)], [near, beside])).toEqual([]);
  });

  it('finds a friend who is listed twice', () => {
    expect(kinds([entry(near), entry(near)], [near])).toEqual(['listed twice']);
  });

  it('finds a position that was made coarse without a reason', () => {
    expect(kinds([entry(near, { precision: 'approximate' })], [near])).toEqual(['not exact']);
  });

  it('finds a list that is not there, even if it should be empty', () => {
    expect(kinds(undefined, [])).toEqual(['no list']);
    expect(kinds([], [])).toEqual([]);
  });

  it('finds a list that must not be there yet', () => {
    expect(kinds([], undefined)).toEqual(['list too early']);
    expect(kinds(undefined, undefined)).toEqual([]);
  });

  it('accepts exactly the lists that hold all required, any of the open and none of the forbidden', () => {
    const presence = fc.constantFrom<Presence>('required', 'either', 'forbidden');
    const people = fc.array(fc.record({ presence, held: fc.boolean() }), { maxLength: 8 });
    fc.assert(
      fc.property(people, (chosen) => {
        const judged = chosen.map((person, index) => ({
          ...person,
          verdict: verdict(`u${index}`, index * 10, person.presence),
        }));
        const held = judged.filter((person) => person.held).map((person) => entry(person.verdict));
        const right = judged.every(
          (person) => person.presence === 'either' || person.held === (person.presence === 'required'),
        );
        expect(
          kinds(
            held,
            judged.map((person) => person.verdict),
          ).length === 0,
        ).toBe(right);
      }),
    );
  });
});
