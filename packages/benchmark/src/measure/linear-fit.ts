/** Splits a total into what each of several counts contributed to it: least squares with coefficients that are not negative. */

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
  const causes = observations[0]?.counts.length ?? 0;
  let kept = Array.from({ length: causes }, (_, cause) => cause);
  for (;;) {
    const costs = solve(normalEquations(observations, kept));
    const least = Math.min(...costs);
    if (kept.length === 0 || least >= 0) {
      return Array.from({ length: causes }, (_, cause) => costs[kept.indexOf(cause)] ?? 0);
    }
    kept = kept.filter((_, place) => costs[place] !== least);
  }
}

export function fittedTotal(costs: readonly number[], counts: readonly number[]): number {
  return costs.reduce((sum, cost, cause) => sum + cost * (counts[cause] ?? 0), 0);
}

/** One row per cause: its factors, and last the right side. */
function normalEquations(observations: readonly Observation[], causes: readonly number[]): number[][] {
  const share = ({ counts, total }: Observation, cause: number): number => (counts[cause] ?? 0) / total;
  return causes.map((row) => [
    ...causes.map((column) => observations.reduce((sum, one) => sum + share(one, row) * share(one, column), 0)),
    observations.reduce((sum, one) => sum + share(one, row), 0),
  ]);
}

/** Gauss' elimination, the greatest pivot first. A cause that never occurred costs nothing. */
function solve(rows: number[][]): number[] {
  for (let column = 0; column < rows.length; column += 1) {
    const size = (row: number): number => Math.abs(rows[row]?.[column] ?? 0);
    let pivot = column;
    for (let row = column + 1; row < rows.length; row += 1) if (size(row) > size(pivot)) pivot = row;
    const chosen = rows[pivot] ?? [];
    rows[pivot] = rows[column] ?? [];
    rows[column] = chosen;
    const factor = chosen[column] ?? 0;
    if (factor === 0) continue;
    for (const [number, row] of rows.entries()) {
      const share = (row[column] ?? 0) / factor;
      if (number === column || share === 0) continue;
      for (let place = column; place < row.length; place += 1) {
        row[place] = (row[place] ?? 0) - share * (chosen[place] ?? 0);
      }
    }
  }
  return rows.map((row, cause) => {
    const factor = row[cause] ?? 0;
    return factor === 0 ? 0 : (row.at(-1) ?? 0) / factor;
  });
}
