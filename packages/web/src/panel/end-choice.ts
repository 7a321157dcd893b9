/** For how long something is to hold. */
import { tonight } from '../texts/measures.ts';

export type EndChoice = 'never' | 'hour' | 'tonight';
export const END_CHOICES: readonly EndChoice[] = ['never', 'hour', 'tonight'];

const HOUR_MS = 3_600_000;

/** When it ends, ms since the epoch; null: it does not. */
export function endOf(choice: EndChoice, now: number): number | null {
  switch (choice) {
    case 'never':
      return null;
    case 'hour':
      return now + HOUR_MS;
    case 'tonight':
      return tonight(now);
  }
}
