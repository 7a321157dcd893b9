/** Runs the chosen benchmarks one after the other and shows each result as soon as it is there. */
import { BenchContext } from '../benchmarks/bench-context.ts';
import { BenchDatabase } from '../deploy/bench-database.ts';
import { describeMachine } from '../report/machine.ts';
import type { BenchmarkResult, BenchReport } from '../report/result.ts';
import { resultText } from '../report/text-table.ts';
import type { MeasurePlan } from './parse-bench-arguments.ts';
import { createProgressLine } from './progress-line.ts';

/** Rejects with the first failure or with the signal's reason, with nothing left running. */
export async function runBench({ benchmarks, settings }: MeasurePlan, signal: AbortSignal): Promise<BenchReport> {
  const beganAt = performance.now();
  const startedAt = new Date().toISOString();
  const progress = createProgressLine(process.stderr, () => performance.now() - beganAt);
  progress.log('starting PostgreSQL');
  const machine = await describeMachine();
  const database = await BenchDatabase.start();
  try {
    const results: BenchmarkResult[] = [];
    const context = new BenchContext({ settings, database, signal, log: (line) => progress.log(line) });
    for (const benchmark of benchmarks) {
      progress.log(`${benchmark.name}: ${benchmark.about}`);
      const { name } = benchmark;
      const result = { name, goals: [], notes: [], charts: [], ...(await benchmark.run(context)) };
      context.check();
      results.push(result);
      progress.clear();
      process.stdout.write(`\n${resultText(result)}`);
    }
    const { idiomaticHighest, ...numbers } = settings;
    return {
      startedAt,
      seconds: (performance.now() - beganAt) / 1_000,
      machine,
      options: { ...numbers, ...(idiomaticHighest === undefined ? {} : { idiomaticHighest }) },
      results,
    };
  } finally {
    progress.clear();
    await database.stop();
  }
}
