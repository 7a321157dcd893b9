/** Says what a viewer sees of the user. */
import type { Grant } from '@nearby-friends/client';
import { isVisible } from '../people/visible-grant.ts';
import type { Texts } from '../texts/english.ts';
import { language } from '../texts/language.ts';
import { untilText } from '../texts/measures.ts';

export function grantText(grant: Grant, isPaused: boolean, text: Texts, at: number): string {
  if (!isVisible(grant, at)) return text.seesNothing;
  if (isPaused) return text.seesNothingPaused;
  const state = grant.precision === 'exact' ? text.seesExact : text.seesAbout;
  return grant.until === null ? state : text.until(state, untilText(grant.until, language.value, at));
}
