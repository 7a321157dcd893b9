/** A clock that all processes of a benchmark share: the kernel's monotonic one, counted from the benchmark's beginning. */

/** The present on the kernel's monotonic clock, ms. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** A clock that counts milliseconds from `beginningMs` of {@link monotonicMs}, which another process may have read. */
export function clockSince(beginningMs: number): () => number {
  // Reading performance.now() allocates nothing, which process.hrtime.bigint() does.
  const offset = monotonicMs() - performance.now() - beginningMs;
  return () => performance.now() + offset;
}
