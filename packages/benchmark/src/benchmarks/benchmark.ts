/** One benchmark as the command line and the runner see it. */
import type { Findings } from '../report/result.ts';
import type { BenchContext } from './bench-context.ts';

export interface Benchmark {
  readonly name: string;
  /** For the help. */
  readonly about: string;
  /** Has no goal of its own, or takes too long to run with all the others. */
  readonly isByNameOnly?: boolean;
  run(context: BenchContext): Promise<Findings>;
}
