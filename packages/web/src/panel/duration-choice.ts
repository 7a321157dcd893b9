/** The durations a user can choose for a grant or a pause. */
import { tonight } from '../texts/measures.ts';

export type DurationChoice = 'never' | 'hour' | 'tonight';
export const DURATION_CHOICES: readonly DurationChoice[] = ['never', 'hour', 'tonight'];

const HOUR_MS = 3_600_000;

/** Returns the expiry, ms since the epoch. Null: no expiry. */
export function expiryOf(choice: DurationChoice, now: number): number | null {
  switch (choice) {
    case 'never':
      return null;
    case 'hour':
      return now + HOUR_MS;
    case 'tonight':
      return tonight(now);
  }
}
