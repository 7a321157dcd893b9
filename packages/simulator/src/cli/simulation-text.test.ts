/** What a person sees of a simulation and reads at its end, and that it names no place. */
import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { parseUserId } from '@nearby-friends/protocol';
import { Experience } from '../simulation/experience.ts';
import { simulationReport } from '../simulation/simulation-report.ts';
import { createLiveView } from './live-view.ts';
import { simulationPicture, simulationText } from './simulation-text.ts';

const [anna, ben] = [parseUserId('anna'), parseUserId('ben')];
const entry = (lat: number) => ({ id: ben, lat, lng: 5, distance: 99.6, at: 0, precision: 'exact' }) as const;

/** Ben walks, Anna watches. */
function experience(): Experience {
  let now = 0;
  const lived = new Experience(() => now);
  lived.connectionBegun(anna);
  now = 20;
  lived.connected(anna);
  lived.updateDue(ben, { lat: 41, lng: 5, dueAt: 30, isMoving: true });
  lived.snapshotReceived(anna, { radiusMeters: 1, friends: [entry(41)] });
  lived.updateDue(ben, { lat: 42, lng: 5, dueAt: 1_000, isMoving: true });
  lived.updateSent();
  lived.updateAcked(7);
  now = 1_045;
  lived.changesReceived(anna, { upserts: [entry(42)], removed: [] });
  now = 3_000;
  lived.sampleFreshness();
  return lived;
}

const found = (lived: Experience, missing = 0) =>
  simulationReport({ people: 2, missing, wallMs: 3_000, experienced: lived.experienced(), simulatorLagMs: 4 });

describe('the report', () => {
  it('states what was experienced', () => {
    const text = simulationText(found(experience()));
    expect(text).toContain('Connecting   1 times: median 20 ms');
    expect(text).toContain('Delivery     1 times: median 45 ms');
    expect(text).toContain('Freshness    1 times: median 2000 ms');
    expect(text).toContain('Updates      1 sent, 1 acknowledged, 0 unanswered');
    expect(text).toMatch(/No request was refused, and all people were connected at the end\.\n$/);
  });

  it('counts refusals, breaches and missing clients as failures, but not a lost connection', () => {
    const lived = experience();
    lived.connectionLost(anna);
    lived.connectionRefused('transport');
    expect(found(lived).ok).toBe(true);
    lived.connectionRefused('overloaded');
    lived.updateRejected('rate_limited');
    lived.protocolBreached(anna, 'malformed message');
    expect(found(lived, 1).failures).toEqual([
      '1 updates were refused: rate_limited.',
      '1 connections were refused: overloaded.',
      'The server broke the protocol 1 times: malformed message.',
      '1 of 2 people were not connected at the end.',
    ]);
  });

  it('is plain data', () => {
    const report = found(experience());
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });
});

describe('the live view', () => {
  it('shows figures and distances and never a place', () => {
    const picture = simulationPicture({
      phase: 'living',
      fraction: 0.5,
      online: 2,
      people: 2,
      experienced: experience().experienced(),
      watched: [{ viewer: anna, friends: 3, shown: [entry(41.987)] }],
    });
    const stream = new PassThrough();
    createLiveView(stream, () => 0).show(picture);
    expect(String(stream.read())).toBe(
      ' 50 % living, 2 of 2 online, delivery 45/45 ms, freshness 2000/2000 ms, 0 connections lost, errors: none\n',
    );
    expect(picture.details.at(-1)).toBe('user anna sees 1 of 3 friends: ben at 100 m');
    expect(JSON.stringify(picture)).not.toContain('41.9');
  });
});
