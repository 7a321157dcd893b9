/** Sums several figures up: the middle, how far they spread, and where they drift. */

const MINUTES_PER_HOUR = 60;

/** The middle value, of an even number the mean of the two; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The least value that a share `q` of all does not exceed; NaN of none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1] ?? Number.NaN;
}

/** Half of the distance between the greatest and the least, as a share of the median; NaN of none. */
export function relativeSpread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / 2 / median(values);
}

/** The slope of the least-squares line through these points; NaN of fewer than two. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const meanX = mean(points.map(([x]) => x));
  const meanY = mean(points.map(([, y]) => y));
  const products = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return products / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}

/** Of a figure that is sampled over time. */
export interface Drift {
  /** Slope of the least-squares line. */
  readonly perMinute: number;
  /** The same as a share of the samples' mean. */
  readonly sharePerHour: number;
}

/** NaN of fewer than two samples. */
export function driftOf(samples: readonly (readonly [minutes: number, value: number])[]): Drift {
  const perMinute = slope(samples);
  return { perMinute, sharePerHour: (perMinute * MINUTES_PER_HOUR) / mean(samples.map(([, value]) => value)) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
