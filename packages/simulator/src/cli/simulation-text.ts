/** What a person sees of a running simulation, and reads at its end: times and counts, never a place. */

import type { Durations } from '../measure/timings.ts';
import type { SimulationProgress } from '../simulation/simulation.ts';
import type { SimulationReport } from '../simulation/simulation-report.ts';
import type { Picture } from './live-view.ts';
import { countsText, durationText, ms } from './measured-text.ts';
import { viewerText } from './replay-picture.ts';

export function simulationPicture({
  phase,
  fraction,
  online,
  people,
  experienced,
  watched,
}: SimulationProgress): Picture {
  const { updates, connections, deliveryMs, freshnessMs, ackLatencyMs, connectMs } = experienced;
  const errors = { ...connections.refused, ...updates.rejected };
  const headline = `${online} of ${people} online │ ${phase}`;
  const figures = [
    `delivery ${short(deliveryMs)} │ freshness ${short(freshnessMs)} │ acks ${short(ackLatencyMs)} │ connecting ${short(connectMs)}`,
    `${updates.sent} reports, ${experienced.upserts} friends shown │ ${connections.lost} connections lost │ errors: ${countsText(errors)}`,
  ];
  return {
    fraction,
    headline,
    details: [...figures, ...watched.map(viewerText)],
    line: `${phase}, ${online} of ${people} online, delivery ${short(deliveryMs)}, freshness ${short(freshnessMs)}, ${connections.lost} connections lost, errors: ${countsText(errors)}`,
  };
}

/** “12/40 ms”: the median and the 99th percentile. */
function short({ count, median, p99 }: Durations): string {
  return count === 0 ? '–' : `${median.toFixed(0)}/${ms(p99)}`;
}

export function simulationText({
  people,
  wallMs,
  experienced,
  simulatorLagMs,
  ok,
  failures,
}: SimulationReport): string {
  const { updates, connections } = experienced;
  return `${[
    `People       ${people} for ${(wallMs / 1_000).toFixed(0)} s`,
    `Connecting   ${durationText(experienced.connectMs)}`,
    `First list   ${durationText(experienced.snapshotDelayMs)} after the first report of a connection`,
    `Delivery     ${durationText(experienced.deliveryMs)} from when a report was due to a friend’s list`,
    `Freshness    ${durationText(experienced.freshnessMs)} of age of what is shown, of friends under way`,
    `At rest      ${durationText(experienced.restingFreshnessMs)} of age, of friends who stay where they are`,
    `Acks         ${durationText(experienced.ackLatencyMs)}`,
    `Updates      ${updates.sent} sent, ${updates.acked} acknowledged, ${updates.unanswered} unanswered, ${updates.conflated} conflated, refused: ${countsText(updates.rejected)}`,
    `Lists        ${experienced.snapshots} whole ones, ${experienced.changes} changes with ${experienced.upserts} friends and ${experienced.removals} removals`,
    `Connections  ${connections.lost} lost, ${connections.drainingAnnounced} announced to end, refused: ${countsText(connections.refused)}`,
    `Offline      ${durationText(experienced.offlineMs)} until the next connection`,
    `Simulator    its own event loop was late by at most ${ms(simulatorLagMs)}: shorter times mean nothing`,
    '',
    ok ? 'No request was refused, and all people were connected at the end.' : failures.join('\n'),
  ].join('\n')}\n`;
}
