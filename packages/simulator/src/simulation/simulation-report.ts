/** What a simulation found, and which of it counts as a failure. */
import type { Experienced } from './experience.ts';

export interface SimulationReport {
  /** Nothing in `failures`. */
  readonly ok: boolean;
  /** One sentence each. */
  readonly failures: readonly string[];
  readonly people: number;
  /** Whose phones were meant to be online at the end and were not. */
  readonly missing: number;
  readonly wallMs: number;
  readonly experienced: Experienced;
  /** How late this process' own event loop was at worst: times below it mean nothing. */
  readonly simulatorLagMs: number;
}

/**
 * A refusal with a code, a message against the protocol and a client that cannot reconnect are failures. A connection that
 * was lost, and an update that had to be sent again because of it, is in the figures and is none.
 */
export function simulationReport(found: Omit<SimulationReport, 'ok' | 'failures'>): SimulationReport {
  const { updates, connections, breaches } = found.experienced;
  const failures = [
    ...Object.entries(updates.rejected).map(([code, count]) => `${count} updates were refused: ${code}.`),
    ...Object.entries(connections.refused)
      .filter(([code]) => code !== 'transport')
      .map(([code, count]) => `${count} connections were refused: ${code}.`),
    ...Object.entries(breaches).map(([breach, count]) => `The server broke the protocol ${count} times: ${breach}.`),
  ];
  if (found.missing > 0) failures.push(`${found.missing} of ${found.people} people were not connected at the end.`);
  if (updates.sent > 0 && updates.acked === 0) failures.push('No update was ever acknowledged.');
  return { ...found, ok: failures.length === 0, failures };
}
