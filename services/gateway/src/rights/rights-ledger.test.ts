import { describe, expect, it } from '@jest/globals';
import { type Grant, type GraphEvent, parseUserId } from '@nearby-friends/protocol';
import { ManualClock } from '@nearby-friends/service-kit';
import fc from 'fast-check';
import { LEDGER_RETENTION_MS, RightsLedger } from './rights-ledger.ts';

const [ANN, BEN, CHO] = ['ann', 'ben', 'cho'].map(parseUserId) as [
  ReturnType<typeof parseUserId>,
  ReturnType<typeof parseUserId>,
  ReturnType<typeof parseUserId>,
];
const EXACT: Grant = { precision: 'exact', until: null };

function setUp() {
  const clock = new ManualClock();
  return { clock, ledger: new RightsLedger({ clock }) };
}
const edge = (version: number, grant: Grant | null, viewer = ANN, subject = BEN): GraphEvent => {
  return { kind: 'edge', version, viewer, subject, grant };
};

describe('the ledger', () => {
  it('[G4] lets the higher version win, in whatever order and however often things are said', () => {
    const versions = fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(versions, fc.nat({ max: 50 }), (said, stated) => {
        const { ledger } = setUp();
        for (const version of [...said, ...said]) ledger.record(edge(version, { precision: 'exact', until: version }));
        const settled = ledger.settleEdge(ANN, BEN, { grant: { precision: 'exact', until: stated }, version: stated });
        expect(settled.grant?.until).toBe(Math.max(...said, stated));
      }),
    );
  });

  it('says whether an event was news', () => {
    const { ledger } = setUp();
    expect([edge(2, EXACT), edge(2, EXACT), edge(1, null), edge(3, null)].map((event) => ledger.record(event))).toEqual(
      [true, false, false, true],
    );
  });

  it('knows whether an edge was heard of since a question was asked', () => {
    const { ledger } = setUp();
    ledger.record(edge(1, EXACT));
    const { mark } = ledger;
    expect(ledger.hasHeardSince(mark, ANN, BEN)).toBe(false);
    ledger.record(edge(2, EXACT, ANN, CHO));
    expect(ledger.hasHeardSince(mark, ANN, BEN)).toBe(false);
    ledger.record(edge(3, null));
    expect(ledger.hasHeardSince(mark, ANN, BEN)).toBe(true);
  });

  it('takes every edge from and to an erased user for void, and those made later not', () => {
    const { ledger } = setUp();
    ledger.record({ kind: 'erased', version: 5, user: BEN, before: 100 });
    expect(ledger.settleEdge(ANN, BEN, { grant: EXACT, version: 4 }).grant).toBeNull();
    expect(ledger.settleEdge(BEN, ANN, { grant: EXACT, version: 4 }).grant).toBeNull();
    expect(ledger.settleEdge(ANN, CHO, { grant: EXACT, version: 4 }).grant).toEqual(EXACT);
    expect(ledger.settleEdge(ANN, BEN, { grant: EXACT, version: 6 }).grant).toEqual(EXACT);
    expect([ledger.isRevoked(BEN, 100), ledger.isRevoked(BEN, null), ledger.isRevoked(BEN, 101)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('distinguishes tokens that an erasure revoked from those that only a sign-out did', () => {
    const { ledger } = setUp();
    ledger.record({ kind: 'erased', version: 5, user: BEN, before: 100 });
    ledger.record({ kind: 'signed-out', version: 6, user: BEN, before: 200 });
    expect([100, null, 150].map((issuedAt) => ledger.isErased(BEN, issuedAt))).toEqual([true, true, false]);
    expect(ledger.isRevoked(BEN, 150)).toBe(true);
  });

  it('keeps the latest sign-out', () => {
    const { ledger } = setUp();
    for (const before of [100, 300, 200]) ledger.record({ kind: 'signed-out', version: before, user: ANN, before });
    expect([ledger.isRevoked(ANN, 300), ledger.isRevoked(ANN, 301)]).toEqual([true, false]);
    expect(ledger.isErased(ANN, 100)).toBe(false);
    expect(ledger.isRevoked(BEN, null)).toBe(false);
  });

  it('remembers for ten minutes at least, and not for ever', () => {
    const { clock, ledger } = setUp();
    const hear = (version: number) => {
      ledger.record(edge(version, null));
      ledger.record(edge(version, null, CHO));
      ledger.record({ kind: 'sharing', version, subject: BEN, sharing: { paused: true, until: null } });
      ledger.record({ kind: 'radius', version, user: ANN, radiusMeters: 500 });
      ledger.record({ kind: 'signed-out', version, user: ANN, before: version });
      ledger.record({ kind: 'erased', version, user: CHO, before: version });
    };
    hear(1);
    const held = ledger.size;
    clock.advance(LEDGER_RETENTION_MS);
    expect(ledger.settleEdge(ANN, BEN, { grant: EXACT, version: 0 }).grant).toBeNull();
    for (let i = 2; i < 50; i++) {
      clock.advance(LEDGER_RETENTION_MS / 10);
      ledger.record(edge(i, null, parseUserId(`viewer-${i}`), parseUserId(`friend-${i}`)));
      ledger.record({ kind: 'radius', version: i, user: parseUserId(`viewer-${i}`), radiusMeters: 500 });
    }
    expect(ledger.size).toBeLessThanOrEqual(held + 2 * 11);
    expect(ledger.settleEdge(ANN, BEN, { grant: EXACT, version: 0 }).grant).toEqual(EXACT);
  });
});
