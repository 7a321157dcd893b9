import { describe, expect, it } from '@jest/globals';
import { isSameGrant, isSeenExactly, shareGrant } from './grant.ts';

describe('a held grant', () => {
  it('is shared if it has no end and withholds nothing', () => {
    const one = shareGrant({ precision: 'exact', until: null });
    expect(shareGrant({ precision: 'exact', until: null, shownFrom: 0, exactFrom: 0 })).toBe(one);
    expect(shareGrant(one)).toBe(one);
    expect(shareGrant({ precision: 'exact', until: null, exactFrom: 5 })).not.toBe(one);
  });

  it('is the same only if all of it is', () => {
    const grant = { precision: 'exact', until: 9, shownFrom: 1, exactFrom: 2 } as const;
    const others = [{ precision: 'approximate' }, { until: 8 }, { shownFrom: 0 }, { exactFrom: 3 }] as const;
    expect(isSameGrant(shareGrant(grant), shareGrant({ ...grant }))).toBe(true);
    for (const other of others) expect(isSameGrant(shareGrant(grant), shareGrant({ ...grant, ...other }))).toBe(false);
  });

  it('withholds the exact form as long as any form, whatever is stated', () => {
    expect(shareGrant({ precision: 'exact', until: null, shownFrom: 5 })).toMatchObject({ shownFrom: 5, exactFrom: 5 });
    const later = shareGrant({ precision: 'exact', until: 9, shownFrom: 5, exactFrom: 7 });
    expect(later).toEqual({ precision: 'exact', until: 9, shownFrom: 5, exactFrom: 7 });
    expect([6, 7].map((at) => isSeenExactly(later, at))).toEqual([false, true]);
    expect(isSeenExactly(shareGrant({ precision: 'approximate', until: null }), 9)).toBe(false);
  });
});
