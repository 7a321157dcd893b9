/** Restarts a process that ended unexpectedly, with exponential backoff. */
import { setTimeout as delay } from 'node:timers/promises';
import { describeExit, type ProcessExit } from './managed-process.ts';
import type { RestartableProcess } from './restartable-process.ts';

const FIRST_RESTART_DELAY_MS = 50;
const MAX_RESTART_DELAY_MS = 10_000;
/** After this uptime the backoff is reset. */
const STABLE_AFTER_MS = 30_000;

interface SupervisorEvents {
  /** A sentence for the log, about the process of that name. */
  readonly report: (name: string, sentence: string) => void;
  /** It is ready again, with another pid. */
  readonly onRestarted: (name: string) => void;
}

/** How long to wait before the n-th restart in a row (the first is 0), in milliseconds. */
function restartDelayMs(failuresInARow: number): number {
  return Math.min(FIRST_RESTART_DELAY_MS * 2 ** failuresInARow, MAX_RESTART_DELAY_MS);
}

/**
 * Restarts the process whenever it ends unexpectedly, until the signal aborts. An end after `kill()` or `stop()` is not
 * unexpected.
 */
export function supervise(
  process: RestartableProcess,
  { report, onRestarted }: SupervisorEvents,
  signal: AbortSignal,
): void {
  let failuresInARow = 0;
  let readySince = performance.now();

  const bringBack = async (exit: ProcessExit): Promise<void> => {
    if (performance.now() - readySince > STABLE_AFTER_MS) failuresInARow = 0;
    let reason = `ended unexpectedly (${describeExit(exit)})`;
    while (process.isWanted && !signal.aborted) {
      const waitMs = restartDelayMs(failuresInARow);
      failuresInARow += 1;
      report(process.name, `${reason}; restarting in ${waitMs} ms`);
      await delay(waitMs, undefined, { signal }).catch(ignoreAbort);
      if (!process.isWanted || signal.aborted) return;
      try {
        await process.start();
        readySince = performance.now();
        report(process.name, 'is ready again');
        onRestarted(process.name);
        return;
      } catch (error) {
        reason = `could not be restarted: ${error instanceof Error ? error.message : String(error)}`;
      }
    }
  };
  process.onUnexpectedExit((exit) => void bringBack(exit));
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error;
}
