/** Turns the arguments of `npm run bench` into a plan, or says what is wrong with them. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { RemedyError } from '@nearby-friends/local-stack';
import { BENCHMARKS } from '../benchmarks/all-benchmarks.ts';
import type { Benchmark, BenchSettings } from '../benchmarks/bench-context.ts';
import { OPTION_TABLE } from './option-table.ts';

export type BenchPlan =
  | { readonly kind: 'help' }
  | { readonly kind: 'write docs'; readonly from: string }
  | {
      readonly kind: 'measure';
      readonly benchmarks: readonly Benchmark[];
      readonly settings: BenchSettings;
      readonly out: string | undefined;
    };

type OptionName = keyof typeof OPTION_TABLE;
const SEE_HELP = 'See `npm run bench -- --help`.';

/** Throws {@link RemedyError}. `folder`: what relative paths are relative to. */
export function parseOptions(args: readonly string[], folder: string): BenchPlan {
  const { values, positionals } = readArguments(args);
  if (values['help'] === true) return { kind: 'help' };
  const file = (name: OptionName): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? path.resolve(folder, value) : undefined;
  };
  const from = file('write-docs');
  if (from !== undefined) return { kind: 'write docs', from };
  const number = (name: OptionName, fallback: number, least: number, most: number): number =>
    readNumber(name, values[name], fallback, least, most);
  return {
    kind: 'measure',
    benchmarks: chosen(positionals),
    out: file('out'),
    settings: {
      scale: number('scale', 1, 0.001, 10),
      rounds: Math.trunc(number('rounds', 5, 1, 100)),
      seconds: number('seconds', 4, 0.5, 600),
      gateways: Math.trunc(number('gateways', 2, 1, 64)),
      // What fits into the positions of the load, see position-codec.ts, leaves a good two hours.
      churnMinutes: number('churn-minutes', 0.1, 0.1, 150),
      seed: Math.trunc(number('seed', 1, 0, 1e6)),
      idiomaticHighest:
        values['idiomatic-highest'] === undefined ? undefined : number('idiomatic-highest', 0, 100, 1e9),
    },
  };
}

function readArguments(args: readonly string[]): {
  values: Readonly<Record<string, string | boolean | undefined>>;
  positionals: readonly string[];
} {
  const options = Object.fromEntries(
    Object.entries(OPTION_TABLE).map(([name, row]) => [name, { type: 'value' in row ? 'string' : 'boolean' } as const]),
  );
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message.split('. ')[0] : String(cause);
    throw new RemedyError(`${problem}.`, SEE_HELP, { cause });
  }
}

function chosen(names: readonly string[]): readonly Benchmark[] {
  const unknown = names.find((name) => !BENCHMARKS.some((one) => one.name === name));
  if (unknown !== undefined) throw new RemedyError(`There is no benchmark “${unknown}”.`, SEE_HELP);
  return BENCHMARKS.filter(({ name, isByNameOnly }) => (names.length === 0 ? !isByNameOnly : names.includes(name)));
}

function readNumber(
  name: string,
  given: string | boolean | undefined,
  fallback: number,
  least: number,
  most: number,
): number {
  if (typeof given !== 'string') return fallback;
  const value = Number(given);
  if (given !== '' && value >= least && value <= most) return value;
  throw new RemedyError(`--${name} is “${given}”.`, `Give a number from ${least} to ${most}.`);
}
