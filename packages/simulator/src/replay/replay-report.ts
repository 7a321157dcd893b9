/** What a replay found, and whether that is a pass. */

import type { Measured } from '../measure/measurements.ts';
import type { CheckpointResult } from './checkpoint.ts';

export interface ReplayReport {
  /** Nothing in `failures`. */
  readonly ok: boolean;
  /** One sentence each. */
  readonly failures: readonly string[];
  readonly checkpoints: readonly CheckpointResult[];
  readonly measured: Measured;
  readonly users: number;
  readonly movements: number;
  /** From the first sign-in to the last comparison. */
  readonly wallMs: number;
  /** How late this process' own event loop was at worst: times below it mean nothing. */
  readonly simulatorLagMs: number;
}

/** Judges what was found. A replay that compared no entry at all has shown nothing, so it is no pass either. */
export function reportOf(found: Omit<ReplayReport, 'ok' | 'failures'>): ReplayReport {
  const failures: string[] = [];
  for (const { label, unconfirmed, differences } of found.checkpoints) {
    if (unconfirmed.length > 0) {
      failures.push(`Checkpoint ${label}: the last position of ${unconfirmed.length} users was not confirmed.`);
    }
    if (differences.length > 0) {
      failures.push(`Checkpoint ${label}: ${differences.length} differences between lists and oracle.`);
    }
  }
  for (const [breach, count] of Object.entries(found.measured.breaches)) {
    failures.push(`The server broke the protocol ${count} times: ${breach}.`);
  }
  if (found.checkpoints.every(({ required }) => required === 0)) {
    failures.push('No checkpoint had an entry to compare, so nothing is shown. Choose another window or a longer TTL.');
  }
  return { ...found, ok: failures.length === 0, failures };
}
