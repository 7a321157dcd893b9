/** Translates an error to a sentence in the user's language. */
import { NearbyError } from '@nearby-friends/client';
import type { Texts } from './english.ts';

export function problemText(error: unknown, { problems }: Texts): string {
  if (!(error instanceof NearbyError)) return problems.other;
  return Object.hasOwn(problems, error.code) ? problems[error.code as keyof Texts['problems']] : problems.other;
}
