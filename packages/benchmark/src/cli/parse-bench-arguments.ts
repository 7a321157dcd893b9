/** Parses the arguments of `npm run bench`. */
import { Argument } from '@commander-js/extra-typings';
import { createCommand, fileFrom, integerBetween, numberBetween } from '@nearby-friends/simulator/command-line';
import { BENCHMARKS } from '../benchmarks/all-benchmarks.ts';
import type { BenchSettings } from '../benchmarks/bench-context.ts';
import type { Benchmark } from '../benchmarks/benchmark.ts';

export interface MeasurePlan {
  readonly kind: 'measure';
  readonly benchmarks: readonly Benchmark[];
  readonly settings: BenchSettings;
  readonly out: string | undefined;
}

type BenchPlan = { readonly kind: 'write docs'; readonly from: string } | MeasurePlan;

export function benchCommand(env: NodeJS.ProcessEnv) {
  const byNameOnly = BENCHMARKS.filter(({ isByNameOnly }) => isByNameOnly).map(({ name }) => name);
  return (
    createCommand(
      'npm run bench --',
      'Measures the cost of a delivery against the idiomatic build and bare writes, with real Redis and PostgreSQL on this ' +
        'machine.\n\nIt needs an idle Linux machine; all traffic goes over loopback, and nothing is left running.',
    )
      .addArgument(
        new Argument(
          '[name...]',
          `benchmarks to run (default: all but ${byNameOnly.join(', ')}; some 10 minutes on two cores)`,
        ).choices(BENCHMARKS.map(({ name }) => name)),
      )
      .option(
        '--scale <n>',
        'share of the full number of clients; 0.05 for a trial on a busy machine',
        numberBetween(0.001, 10),
        1,
      )
      .option('--rounds <n>', 'of each comparison at most, fewer once its goal is decided', integerBetween(1, 100), 5)
      .option('--seconds <n>', 'of each measurement', numberBetween(0.5, 600), 4)
      .option('--gateways <n>', 'of each build', integerBetween(1, 64), 2)
      // What fits into the positions of the load, see position-codec.ts, leaves a good two hours.
      .option(
        '--churn-minutes <n>',
        'duration of the churn in memory; goal 4 is about 60',
        numberBetween(0.1, 150),
        0.1,
      )
      .option('--seed <n>', 'of the random graph and phases', integerBetween(0, 1e6), 1)
      .option(
        '--idiomatic-highest <n>',
        'deliveries/s the idiomatic build carries at ten per client, if known: then there is no search for it',
        numberBetween(100, 1e9),
      )
      .option('--out <file>', 'write the results to this file as JSON, and the charts beside it as SVG', fileFrom(env))
      .option(
        '--write-docs <file>',
        'measure nothing: write docs/performance.md and its charts from that JSON',
        fileFrom(env),
      )
      .addHelpText(
        'after',
        `\nBenchmarks\n${BENCHMARKS.map(({ name, about }) => `  ${name.padEnd(24)}${about}`).join('\n')}`,
      )
  );
}

/** Throws {@link RemedyError}. */
export function parseBenchArguments(args: readonly string[], env: NodeJS.ProcessEnv): BenchPlan {
  const command = benchCommand(env).parse(args, { from: 'user' });
  const { writeDocs, out, idiomaticHighest, ...settings } = command.opts();
  if (writeDocs !== undefined) return { kind: 'write docs', from: writeDocs };
  return {
    kind: 'measure',
    benchmarks: chooseBenchmarks(command.args),
    out,
    settings: { ...settings, idiomaticHighest },
  };
}

/** In the order that they need. */
function chooseBenchmarks(names: readonly string[]): readonly Benchmark[] {
  return BENCHMARKS.filter(({ name, isByNameOnly }) => (names.length === 0 ? !isByNameOnly : names.includes(name)));
}
