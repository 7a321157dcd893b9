/** Whether the person wants nothing to move by itself; some get sick of it. */
export function prefersCalm(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
