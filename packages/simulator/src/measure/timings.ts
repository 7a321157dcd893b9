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

/** Bins that are not empty, with their counts: what one process sends to another. */
export type Bins = readonly (readonly [bin: number, count: number])[];

/** Bins of a tenth of a millisecond below a second, of one below a minute, of a hundred below a quarter of an hour. */
const SECOND = { ms: 1_000, bin: 10_000 };
const MINUTE = { ms: 60_000, bin: 69_000 };
const LAST_BIN = 77_400;

export class Timings {
  readonly #counts = new Float64Array(LAST_BIN + 1);
  #total = 0;
  #worst = 0;

  /** The sum of several. */
  static of(processes: readonly Bins[]): Timings {
    const sum = new Timings();
    for (const [bin, count] of processes.flat()) sum.add(msOf(bin), count);
    return sum;
  }

  /** What is less than nothing, of clocks read a moment apart, counts as 0. */
  add(ms: number, times = 1): void {
    const bin = binOf(Math.max(0, ms));
    this.#counts[bin] = (this.#counts[bin] ?? 0) + times;
    this.#total += times;
    if (ms > this.#worst) this.#worst = ms;
  }

  get total(): number {
    return this.#total;
  }

  /** The least duration (ms) that this share of all does not exceed; NaN when there were none. */
  quantile(share: number): number {
    const rank = Math.max(1, Math.ceil(share * this.#total));
    let counted = 0;
    const bin = this.#counts.findIndex((count) => {
      counted += count;
      return counted >= rank;
    });
    return bin < 0 ? Number.NaN : Math.min(msOf(bin), this.#worst);
  }

  /** How many are longer. */
  longerThan(limitMs: number): number {
    return this.bins().reduce((sum, [bin, count]) => (msOf(bin) > limitMs ? sum + count : sum), 0);
  }

  bins(): Bins {
    return Array.from(this.#counts.entries()).filter(([, count]) => count > 0);
  }

  /** Of all that were added, and of these as well. */
  summary(more: readonly number[] = []): Durations {
    if (more.length > 0) {
      const all = Timings.of([this.bins()]);
      all.#worst = this.#worst;
      for (const ms of more) all.add(ms);
      return all.summary();
    }
    const [median = 0, p95 = 0, p99 = 0] = this.#total === 0 ? [] : [0.5, 0.95, 0.99].map((q) => this.quantile(q));
    return { count: this.#total, median, p95, p99, worst: this.#worst };
  }
}

function binOf(ms: number): number {
  if (ms < SECOND.ms) return Math.round(ms * 10);
  if (ms < MINUTE.ms) return SECOND.bin + Math.round(ms - SECOND.ms);
  return Math.min(LAST_BIN, MINUTE.bin + Math.round((ms - MINUTE.ms) / 100));
}

function msOf(bin: number): number {
  if (bin < SECOND.bin) return bin / 10;
  return bin < MINUTE.bin ? SECOND.ms + bin - SECOND.bin : MINUTE.ms + (bin - MINUTE.bin) * 100;
}
