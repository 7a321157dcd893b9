/** Plays a moving crowd against the containers while something is done to them, and judges every list. */
import { expect } from '@jest/globals';
import { type ReplayReport, replay, type TransportChoice } from '@nearby-friends/simulator';
import { makeCrowd } from '../crowd/make-crowd.ts';
import type { ComposeProject } from './compose-project.ts';

const PEOPLE = 300;
const FRIENDS_EACH = 10;
const REPORT_INTERVAL_MS = 5_000;
/** Long enough for a client that reports every 5 s, short enough for the end of a replay, which waits until all are inactive. */
export const TTL_SECONDS = 15;

let crowds = 0;

/**
 * 300 people, all moving for `durationMs`, which must be longer than the disturbance takes. The lists are
 * compared once more when the disturbance has ended, and have 5 s to be right. Fails on any difference.
 */
export async function playThrough(options: {
  project: ComposeProject;
  durationMs: number;
  disturb: () => Promise<void>;
  /** p99 of the time a client may be without a connection, ms; a function is called after the disturbance. */
  offlineBoundMs: number | (() => number);
  transport?: TransportChoice;
}): Promise<ReplayReport> {
  const { project, durationMs, disturb, offlineBoundMs, transport = 'websocket' } = options;
  const name = `crowd-${++crowds}`;
  const crowd = makeCrowd({
    name,
    people: PEOPLE,
    friendsEach: FRIENDS_EACH,
    intervalMs: REPORT_INTERVAL_MS,
    durationMs,
    seed: crowds,
  });
  await befriend(project, crowd.pairs);
  const report = await replay({
    friendships: crowd.friendships,
    movements: crowd.movements,
    window: { fromMs: 0, toMs: durationMs },
    speed: 1,
    url: project.url,
    deploymentTtlMs: TTL_SECONDS * 1_000,
    transport,
    atFraction: [{ fraction: REPORT_INTERVAL_MS / durationMs, run: disturb }],
  });
  const boundMs = typeof offlineBoundMs === 'number' ? offlineBoundMs : offlineBoundMs();
  if (!report.ok || report.measured.offlineMs.p99 > boundMs) {
    const { failures, measured } = report;
    throw new Error(`${JSON.stringify({ failures, measured }, null, 1)}\n${await project.logs()}`);
  }
  expect(report.checkpoints.find(({ label }) => label === 'end')?.required).toBeGreaterThan(PEOPLE);
  expect(report.measured.offlineMs.p99).toBeLessThanOrEqual(boundMs);
  return report;
}

/** Ids of the crowd hold nothing that SQL would take for anything but text. */
async function befriend(project: ComposeProject, pairs: readonly (readonly [string, string])[]): Promise<void> {
  const people = [...new Set(pairs.flat())].map((id) => `('${id}','${id}')`);
  const edges = pairs.flatMap(([a, b]) => [`('${a}','${b}')`, `('${b}','${a}')`]);
  await project.sql(`
    INSERT INTO users (id, display_name) VALUES ${people.join(',')} ON CONFLICT DO NOTHING;
    INSERT INTO edges (viewer_id, subject_id) VALUES ${edges.join(',')} ON CONFLICT DO NOTHING;
  `);
}
