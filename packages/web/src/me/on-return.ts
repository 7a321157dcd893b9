/** Tells when the user returns to a page that was hidden for a while. */

/** A shorter absence, as for another tab, is not worth a word, ms. */
const MIN_HIDDEN_MS = 30_000;

/** Returns a function that removes the listener. */
export function onReturn(run: () => void): () => void {
  let hiddenAt: number | undefined;
  const change = (): void => {
    if (document.visibilityState === 'hidden') hiddenAt = performance.now();
    else if (hiddenAt !== undefined) {
      if (performance.now() - hiddenAt >= MIN_HIDDEN_MS) run();
      hiddenAt = undefined;
    }
  };
  document.addEventListener('visibilitychange', change);
  return () => document.removeEventListener('visibilitychange', change);
}
