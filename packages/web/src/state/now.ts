/** The current time as a signal, for texts such as "3 minutes ago". */
import { signal } from '@preact/signals';

const STEP_MS = 5_000;

/** ms since the epoch. */
export const now = signal(Date.now());

/** Starts updating the signal. */
export function startNow(): void {
  setInterval(() => {
    now.value = Date.now();
  }, STEP_MS);
}
