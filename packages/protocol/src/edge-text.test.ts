import { describe, expect, it } from '@jest/globals';
import { edgeTextSchema, readEdges, withheldTextSchema } from './edge-text.ts';

const isEdges = (text: string): boolean => edgeTextSchema.safeParse(text).success;

describe('edges as text', () => {
  it('say of each subject what is granted, until when, and whether the subject pauses', () => {
    const text = 'ann e 0 -,b_-9 a 12 1700000000000,cid e 3 - t 4 -,dan e 5 - f 6 1700000000001';
    expect(isEdges(text)).toBe(true);
    expect(readEdges(text)).toEqual([
      { subject: 'ann', grant: { precision: 'exact', until: null }, version: 0, sharing: null },
      { subject: 'b_-9', grant: { precision: 'approximate', until: 1_700_000_000_000 }, version: 12, sharing: null },
      {
        subject: 'cid',
        grant: { precision: 'exact', until: null },
        version: 3,
        sharing: { sharing: { paused: true, until: null }, version: 4 },
      },
      {
        subject: 'dan',
        grant: { precision: 'exact', until: null },
        version: 5,
        sharing: { sharing: { paused: false, until: 1_700_000_000_001 }, version: 6 },
      },
    ]);
  });

  it('say which positions stay withheld, in a text of their own that names only the subjects concerned', () => {
    const withheld = 'ben 5 7 -,cid - - 9,dan 0 3 -';
    expect(withheldTextSchema.safeParse(withheld).success).toBe(true);
    const exact = { precision: 'exact', until: null };
    const sharing = { paused: false, until: null };
    expect(readEdges('ann e 1 -,ben e 1 -,cid e 1 - f 2 -,dan e 1 - f 2 -', withheld)).toEqual([
      { subject: 'ann', grant: exact, version: 1, sharing: null },
      { subject: 'ben', grant: { ...exact, shownFrom: 5, exactFrom: 7 }, version: 1, sharing: null },
      { subject: 'cid', grant: exact, version: 1, sharing: { sharing: { ...sharing, shownFrom: 9 }, version: 2 } },
      { subject: 'dan', grant: { ...exact, shownFrom: 0, exactFrom: 3 }, version: 1, sharing: { sharing, version: 2 } },
    ]);
  });

  it.each(['ben', 'ben 1', 'ben 1 2', 'ben 1 2 3 4', 'ben 1 2 x', 'ben 1 2 3,', ',ben 1 2 3', 'ben -1 2 3'])(
    'name times in no other form: %j',
    (text) => {
      expect(withheldTextSchema.safeParse(text).success).toBe(false);
    },
  );

  it('without edges are an empty text', () => {
    expect([isEdges(''), readEdges('')]).toEqual([true, []]);
  });

  it('of 5,000 subjects with the longest ids are accepted', () => {
    const edge = `${'x'.repeat(64)} a ${'9'.repeat(16)} ${'9'.repeat(16)} t ${'9'.repeat(16)} ${'9'.repeat(16)}`;
    const text = new Array(5_000).fill(edge).join(',');
    expect(isEdges(text)).toBe(true);
    expect(readEdges(text)).toHaveLength(5_000);
  });

  it.each([
    'ann',
    'ann e',
    'ann e 1',
    'ann h 1 -',
    'ann e -1 -',
    'ann e 1 x',
    'ann e 1 - t',
    'ann e 1 - t 2',
    'ann e 1 - x 2 -',
    'ann e 1 -,',
    ',ann e 1 -',
    'ann e 1 -,,bob e 1 -',
    'ann e 1 - bob e 1 -',
    'a.n e 1 -',
    `${'x'.repeat(65)} e 1 -`,
    'ann e 1 -\n',
  ])('that are anything else are refused whole: %j', (text) => {
    expect(isEdges(text)).toBe(false);
  });
});
