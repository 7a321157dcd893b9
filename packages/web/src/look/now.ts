/** The time of this device, as a signal that goes on by itself, for texts such as "3 minutes ago". */
import { signal } from '@preact/signals';

const STEP_MS = 5_000;

/** ms since the epoch. */
export const now = signal(Date.now());

/** Lets it go on from now on. */
export function startNow(): void {
  setInterval(() => {
    now.value = Date.now();
  }, STEP_MS);
}
