/** The current time by the server's clock: as a signal for texts such as "3 minutes ago", and for computing ends. */
import { signal } from '@preact/signals';

const STEP_MS = 5_000;

let read: () => number = () => Date.now();

/** ms since the epoch, as of a few seconds ago at most. */
export const now = signal(read());

/** ms since the epoch. The clock of this device may be wrong, and the server decides when a grant or a pause ends. */
export function exactNow(): number {
  return read();
}

/** Uses another clock from now on. */
export function setClock(clock: () => number): void {
  read = clock;
  updateNow();
}

/** Call it when the clock has become more accurate. */
export function updateNow(): void {
  now.value = read();
}

/** Starts updating the signal. */
export function startNow(): void {
  setInterval(updateNow, STEP_MS);
}
