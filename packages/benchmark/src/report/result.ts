/** The form of a benchmark's result, from which table, JSON, plots and document are made. */

export interface Column {
  readonly key: string;
  readonly label: string;
  /** Decimals of a number. Default 0. */
  readonly digits?: number;
  /** Numbers are shares and shown as per cent. */
  readonly isShare?: boolean;
}

export type Cell = string | number | null;
export type Row = Readonly<Record<string, Cell>>;

/** A goal and how the measured value stands to it. */
export interface GoalCheck {
  readonly goal: string;
  readonly value: number;
  readonly bound: number;
  /** Whether the bound is an upper or a lower one. */
  readonly sense: 'at most' | 'at least';
}

export interface Chart {
  /** Of the file, without extension. */
  readonly name: string;
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly { readonly label: string; readonly points: readonly (readonly [x: number, y: number])[] }[];
}

export interface BenchmarkResult {
  readonly name: string;
  /** A sentence saying what was measured, under which load. */
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  readonly goals: readonly GoalCheck[];
  readonly notes: readonly string[];
  readonly charts: readonly Chart[];
}

/** What a benchmark gives: what it leaves out is empty. */
export type Findings = Pick<BenchmarkResult, 'title' | 'columns' | 'rows'> & Partial<BenchmarkResult>;

/** What is written with `--out`, and read again for the document. */
export interface BenchReport {
  readonly startedAt: string;
  readonly seconds: number;
  readonly machine: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, number>>;
  readonly results: readonly BenchmarkResult[];
}

export function atMost(bound: number, goal: string, value: number): GoalCheck {
  return { goal, value, bound, sense: 'at most' };
}

export function atLeast(bound: number, goal: string, value: number): GoalCheck {
  return { goal, value, bound, sense: 'at least' };
}

export function isMet({ value, bound, sense }: GoalCheck): boolean {
  return sense === 'at most' ? value <= bound : value >= bound;
}
