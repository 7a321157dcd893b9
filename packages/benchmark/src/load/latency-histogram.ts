/** Counts latencies by the millisecond, so that counts of several processes can be added and quantiles taken. */

/** What is longer counts as this long. */
export const MAX_MS = 20_000;

export class LatencyHistogram {
  readonly #counts = new Float64Array(MAX_MS + 1);
  #total = 0;

  /** Negative ones, of clocks read a moment apart, count as 0. */
  add(latencyMs: number, times = 1): void {
    const bin = Math.min(MAX_MS, Math.max(0, Math.round(latencyMs)));
    this.#counts[bin] = (this.#counts[bin] ?? 0) + times;
    this.#total += times;
  }

  get total(): number {
    return this.#total;
  }

  /** The least latency (ms) that a share `q` of all does not exceed; NaN when nothing was counted. */
  quantile(q: number): number {
    if (this.#total === 0) return Number.NaN;
    const wanted = Math.max(1, Math.ceil(q * this.#total));
    let counted = 0;
    for (let bin = 0; bin <= MAX_MS; bin += 1) {
      counted += this.#counts[bin] ?? 0;
      if (counted >= wanted) return bin;
    }
    return MAX_MS;
  }

  /** How many are longer. */
  longerThan(limitMs: number): number {
    let counted = 0;
    for (let bin = Math.floor(limitMs) + 1; bin <= MAX_MS; bin += 1) counted += this.#counts[bin] ?? 0;
    return counted;
  }

  merge(bins: readonly (readonly [bin: number, count: number])[]): void {
    for (const [bin, count] of bins) this.add(bin, count);
  }

  /** The bins that are not empty: what one process sends to another. */
  bins(): [bin: number, count: number][] {
    return Array.from(this.#counts.entries()).filter(([, count]) => count > 0);
  }
}
