/** Keeps any number of durations in a fixed amount of memory, fine enough for percentiles. */

/** Of a set of durations, ms; nearest-rank percentiles. All 0 when there were none. */
export interface Durations {
  readonly count: number;
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
  /** To the last digit. */
  readonly worst: number;
}

/** To a tenth of a millisecond below a second, to one below a minute, to a hundred below a quarter of an hour. */
const SCALES = [
  { below: 1_000, step: 0.1 },
  { below: 60_000, step: 1 },
  { below: 900_000, step: 100 },
] as const;

export class Timings {
  readonly #counts = SCALES.map(({ below, step }) => new Float64Array(Math.ceil(below / step) + 1));
  #total = 0;
  #worst = 0;

  /** What is less than nothing, of clocks read a moment apart, counts as 0. */
  add(ms: number): void {
    const value = Math.max(0, ms);
    const index = scaleOf(value);
    const step = SCALES[index]?.step ?? 1;
    const counts = this.#counts[index];
    const bin = Math.min(Math.round(value / step), (counts?.length ?? 1) - 1);
    if (counts !== undefined) counts[bin] = (counts[bin] ?? 0) + 1;
    this.#total += 1;
    this.#worst = Math.max(this.#worst, value);
  }

  /** Of all that were added, and of these as well. */
  summary(more: readonly number[] = []): Durations {
    if (more.length > 0) {
      const all = this.#copy();
      for (const ms of more) all.add(ms);
      return all.summary();
    }
    const [median = 0, p95 = 0, p99 = 0] = this.#atShares([0.5, 0.95, 0.99]);
    return { count: this.#total, median, p95, p99, worst: this.#worst };
  }

  /** The least duration that each share of all does not exceed; shares in ascending order. */
  #atShares(shares: readonly number[]): number[] {
    const found: number[] = [];
    let counted = 0;
    for (const [index, counts] of this.#counts.entries()) {
      const step = SCALES[index]?.step ?? 1;
      for (const [bin, count] of counts.entries()) {
        counted += count;
        while (count > 0 && found.length < shares.length && counted >= this.#rankOf(shares[found.length] ?? 1)) {
          // Through a division: 3 × 0.1 is not 0.3.
          found.push(Math.min(step < 1 ? bin / (1 / step) : bin * step, this.#worst));
        }
      }
    }
    return found;
  }

  #rankOf(share: number): number {
    return Math.max(1, Math.ceil(share * this.#total));
  }

  #copy(): Timings {
    const copy = new Timings();
    for (const [index, counts] of this.#counts.entries()) copy.#counts[index]?.set(counts);
    copy.#total = this.#total;
    copy.#worst = this.#worst;
    return copy;
  }
}

function scaleOf(ms: number): number {
  const index = SCALES.findIndex(({ below }) => ms < below);
  return index < 0 ? SCALES.length - 1 : index;
}
