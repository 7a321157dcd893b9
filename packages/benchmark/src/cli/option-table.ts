/** The options of `npm run bench`: what is parsed and what `--help` says come from the same table. */
import { BENCHMARKS } from '../benchmarks/all-benchmarks.ts';

interface OptionRow {
  /** What stands for the value in the help; a switch has none. */
  readonly value?: string;
  readonly text: string;
}

export const OPTION_TABLE = {
  scale: {
    value: 'N',
    text: 'so much of the full number of clients; 0.05 tries everything out on a busy machine; default 1',
  },
  rounds: { value: 'N', text: 'of each comparison at most, fewer once its goal is decided; default 5' },
  seconds: { value: 'N', text: 'of each measurement; default 4' },
  gateways: { value: 'N', text: 'of each build; default 2' },
  'churn-minutes': {
    value: 'N',
    text: 'in which clients leave and come back in `memory`; goal 4 is about 60; default 0.1',
  },
  seed: { value: 'N', text: 'of the random graph and phases; default 1' },
  'idiomatic-highest': {
    value: 'N',
    text: 'deliveries/s the idiomatic build carries at ten per client, when known: then it is not searched for',
  },
  out: { value: 'FILE', text: 'write the results there, as JSON, and the charts beside it, as SVG' },
  'write-docs': { value: 'FILE', text: 'measure nothing: write docs/performance.md and its charts from that JSON' },
  help: { text: 'this' },
} as const satisfies Record<string, OptionRow>;

export function helpText(): string {
  const options = Object.entries<OptionRow>(OPTION_TABLE).map(
    ([name, { value, text }]) => `  ${`--${name}${value === undefined ? '' : ` ${value}`}`.padEnd(24)}${text}`,
  );
  const names = BENCHMARKS.map(({ name, about }) => `  ${name.padEnd(24)}${about}`);
  return `Measures what a delivery costs, against the idiomatic build and bare writes, with real Redis and PostgreSQL on this machine.

  npm run bench                        all that are about a goal, some 10 minutes on two cores
  npm run bench -- NAME … [options]    those: flush, lookup and unit-costs are run by name only

It needs Linux and a machine on which nothing else runs; everything goes over loopback, and nothing is left running.

Benchmarks
${names.join('\n')}

Options
${options.join('\n')}
`;
}
