/** Translates an error to a sentence in the user's language. */
import { NearbyError } from '@nearby-friends/client';
import type { Texts } from './english.ts';

type ProviderProblem = keyof Texts['providerProblems'];

/** On the sign-in page. Errors of signing in with an identity provider have codes of their own. */
export function signInProblemText(error: NearbyError | { readonly code: ProviderProblem }, texts: Texts): string {
  if (!(error instanceof NearbyError)) return texts.providerProblems[error.code];
  const { problems, signInProblems } = texts;
  // Deployments without development tokens respond with not_found.
  if (error.code === 'not_found') return problems.no_trial;
  if (!Object.hasOwn(signInProblems, error.code)) return problemText(error, texts);
  return signInProblems[error.code as keyof Texts['signInProblems']];
}

export function problemText(error: unknown, { problems }: Texts): string {
  if (!(error instanceof NearbyError)) return problems.other;
  // Browsers refuse it without asking on plain HTTP, and their settings do not help.
  if (error.code === 'geolocation_denied' && globalThis.isSecureContext === false) return problems.geolocation_insecure;
  return Object.hasOwn(problems, error.code) ? problems[error.code as keyof Texts['problems']] : problems.other;
}
