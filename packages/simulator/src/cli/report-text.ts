/** Writes a replay's report for a person: distances and counts, never a place. */
import type { Difference } from '../oracle/differences.ts';
import type { CheckpointResult } from '../replay/checkpoint.ts';
import type { ReplayReport } from '../replay/replay-report.ts';
import { countsText, durationText } from './measured-text.ts';

/** More differences than this are counted, not listed. */
const DIFFERENCES_LISTED = 30;

export function reportText(report: ReplayReport): string {
  const { measured, checkpoints } = report;
  const { updates, connections } = measured;
  const sections = [
    ...checkpoints.flatMap(checkpointLines),
    '',
    `Updates      ${updates.sent} sent for ${report.movements} movements (${updates.conflated} conflated): ${updates.acked} acknowledged, ${updates.unanswered} unanswered, rejected: ${countsText(updates.rejected)}`,
    `Acks         ${durationText(measured.ackLatencyMs)}`,
    `Lists        ${measured.snapshots} snapshots, ${measured.changes} changes with ${measured.upserts} upserts and ${measured.removals} removals`,
    `Snapshots    ${durationText(measured.snapshotDelayMs)} after the first report of a connection`,
    `Message gaps ${durationText(measured.messageGapMs)}`,
    `Connections  ${report.users} clients, ${connections.lost} lost, ${connections.drainingAnnounced} drainings announced, refused: ${countsText(connections.refused)}`,
    `Offline      ${durationText(measured.offlineMs)}`,
    `Simulator    its own event loop was late by at most ${report.simulatorLagMs.toFixed(0)} ms; ${(report.wallMs / 1_000).toFixed(0)} s in all`,
    '',
    report.ok ? 'Every list was what the dataset says.' : report.failures.join('\n'),
  ];
  return `${sections.join('\n')}\n`;
}

function checkpointLines(result: CheckpointResult): string[] {
  const { label, required, either, forbidden, convergedAfterMs, differences, unconfirmed } = result;
  const right = differences.length === 0 && unconfirmed.length === 0;
  const outcome = right ? `right after ${convergedAfterMs.toFixed(0)} ms` : `${differences.length} differences`;
  const lines = [
    `Checkpoint ${label}: ${outcome}; ${required} entries had to be there, ${either} could, ${forbidden} must not.`,
    ...differences.slice(0, DIFFERENCES_LISTED).map(differenceLine),
  ];
  if (differences.length > DIFFERENCES_LISTED) lines.push(`  … and ${differences.length - DIFFERENCES_LISTED} more`);
  if (unconfirmed.length > 0) lines.push(`  not confirmed: the last positions of ${unconfirmed.join(', ')}`);
  return lines;
}

function differenceLine({ kind, viewer, friend, expected, got, distance }: Difference): string {
  const who = friend === undefined ? `viewer ${viewer}` : `viewer ${viewer}, friend ${friend}`;
  const away = distance === undefined ? '' : ` (${distance.toFixed(1)} m away)`;
  return `  ${kind}: ${who}${away}: expected ${expected}, got ${got}`;
}
