/** Sends a signal to a process that may have ended by now. */
import { systemErrorCode } from '../machine/remedy-error.ts';

/** Signals a process, or with a negative number the group it leads; one that is gone is no error. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // EPERM: macOS returns it for a group of which only a zombie is left.
    if (!['ESRCH', 'EPERM'].includes(systemErrorCode(error) ?? '')) throw error;
  }
}
