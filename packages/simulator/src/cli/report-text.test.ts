/** What a person reads at the end, and that it names no place. */
import { describe, expect, it } from '@jest/globals';
import { parseUserId } from '@nearby-friends/protocol';
import { Measurements } from '../measure/measurements.ts';
import type { Difference } from '../oracle/differences.ts';
import { type ReplayReport, reportOf } from '../replay/replay-report.ts';
import { viewerText } from './replay-picture.ts';
import { reportText } from './report-text.ts';

const [anna, ben] = [parseUserId('anna'), parseUserId('ben')];
const missing: Difference = {
  kind: 'missing',
  viewer: anna,
  friend: ben,
  expected: 'listed',
  got: 'not listed',
  distance: 812.34,
};

function report(differences: Difference[], required = 2): ReplayReport {
  const measurements = new Measurements(() => 0);
  measurements.updateRejected('rate_limited');
  return reportOf({
    checkpoints: [
      {
        label: 'end',
        viewers: 2,
        required,
        either: 1,
        forbidden: 3,
        convergedAfterMs: 42,
        unconfirmed: [],
        differences,
      },
    ],
    measured: measurements.measured(),
    users: 2,
    movements: 5,
    wallMs: 1_000,
    simulatorLagMs: 3,
  });
}

describe('reportText', () => {
  it('states that every list was right, and how much was compared', () => {
    const text = reportText(report([]));
    expect(text).toContain('Checkpoint end: right after 42 ms; 2 entries had to be there, 1 could, 3 must not.');
    expect(text).toContain('rejected: rate_limited 1');
    expect(text).toMatch(/Every list was what the dataset says\.\n$/);
  });

  it('lists a difference with viewer, friend, distance, expectation and finding', () => {
    const text = reportText(report([missing]));
    expect(text).toContain('  missing: viewer anna, friend ben (812.3 m away): expected listed, got not listed');
    expect(text).toMatch(/Checkpoint end: 1 differences between lists and oracle\.\n$/);
  });

  it('counts what it does not list', () => {
    const text = reportText(report(Array.from({ length: 50 }, () => missing)));
    expect(text.match(/missing:/g)).toHaveLength(30);
    expect(text).toContain('… and 20 more');
  });
});

describe('reportOf', () => {
  it('is a pass only without differences and with something compared', () => {
    expect(report([]).ok).toBe(true);
    expect(report([missing]).ok).toBe(false);
    expect(report([], 0).failures).toEqual([expect.stringContaining('nothing is shown')]);
  });
});

describe('viewerText', () => {
  it('shows distances and never a place', () => {
    const near = { id: ben, lat: 37.123, lng: -122.456, distance: 1_440, at: 0, precision: 'exact' } as const;
    const text = viewerText({ viewer: anna, friends: 7, shown: [{ ...near, distance: 99.6 }, near] });
    expect(text).toBe('user anna sees 2 of 7 friends: ben at 100 m, ben at 1.4 km');
  });
});
