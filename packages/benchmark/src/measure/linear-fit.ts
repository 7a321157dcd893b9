/** Splits a total into what each of several counts contributed to it: least squares with coefficients that are not negative. */
import { fcnnlsVector } from 'ml-fcnnls';

interface Observation {
  /** How often each cause occurred. */
  readonly counts: readonly number[];
  readonly total: number;
}

/**
 * The cost of each cause, so that the sums come nearest to the totals, each deviation taken relative to its total. A
 * cause that would have to cost less than nothing costs nothing. The totals must be positive.
 */
export function fitCosts(observations: readonly Observation[]): number[] {
  const shares = observations.map(({ counts, total }) => counts.map((count) => count / total));
  const ones = observations.map(() => 1);
  return fcnnlsVector(shares, ones).K.to1DArray();
}

export function fittedTotal(costs: readonly number[], counts: readonly number[]): number {
  return costs.reduce((sum, cost, cause) => sum + cost * (counts[cause] ?? 0), 0);
}
