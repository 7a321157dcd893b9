/** Turns the arguments of `npm run capacity` into a workload, or says what is wrong with them. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { RemedyError } from '@nearby-friends/local-stack';
import type { Machine, Workload } from './compute-capacity.ts';
import { OWN_COSTS } from './unit-costs.ts';

/** The defaults are the book's case. Shares are given in per cent. */
const OPTION_TABLE = {
  users: { fallback: 10_000_000, least: 1, most: 1e10, text: 'connected at the same time' },
  interval: { fallback: 30, least: 0.1, most: 86_400, text: 'seconds between two reports of one user' },
  friends: { fallback: 400, least: 0, most: 5_000, text: 'of each user' },
  active: { fallback: 10, least: 0, most: 100, text: 'per cent of the friends who are active' },
  near: { fallback: 100, least: 0, most: 100, text: 'per cent of the active friends who are near' },
  utilization: { fallback: 60, least: 1, most: 100, text: 'per cent of each core that may be in use' },
  connections: { fallback: 20_000, least: 1, most: 1_000_000, text: 'that one gateway takes (MAX_CONNECTIONS)' },
} as const;
type NumberName = keyof typeof OPTION_TABLE;

export interface CapacityPlan {
  readonly workload: Workload;
  readonly machine: Machine;
  readonly costsFile: string;
}

/** Throws {@link RemedyError}. `folder`: what relative paths are relative to. */
export function parseCapacityOptions(args: readonly string[], folder: string): CapacityPlan | 'help' {
  const values = readArguments(args);
  if (values['help'] === true) return 'help';
  const number = (name: NumberName): number => {
    const { fallback, least, most } = OPTION_TABLE[name];
    const given = values[name];
    if (typeof given !== 'string') return fallback;
    const value = Number(given);
    if (given !== '' && value >= least && value <= most) return value;
    throw new RemedyError(`--${name} is “${given}”.`, `Give a number from ${least} to ${most}.`);
  };
  const costs = values['costs'];
  return {
    workload: {
      users: number('users'),
      intervalSeconds: number('interval'),
      friends: number('friends'),
      active: number('active') / 100,
      near: number('near') / 100,
    },
    machine: { utilization: number('utilization') / 100, connectionsPerGateway: number('connections') },
    costsFile: typeof costs === 'string' ? path.resolve(folder, costs) : OWN_COSTS,
  };
}

export function capacityHelp(): string {
  const rows = Object.entries(OPTION_TABLE).map(
    ([name, { fallback, text }]) => `  ${`--${name} N`.padEnd(18)}${text}; default ${fallback.toLocaleString('en-US')}`,
  );
  return `Computes from unit costs, and says which of them are measured, how many gateways, location instances and Redis shards a workload takes.

  npm run capacity -- [options]

${rows.join('\n')}
  --costs FILE      other unit costs, in the form of packages/benchmark/unit-costs.json
  --help            this

Without options it is the book’s case: 10 million users at a time.
`;
}

function readArguments(args: readonly string[]): Readonly<Record<string, string | boolean | undefined>> {
  const texts = [...Object.keys(OPTION_TABLE), 'costs'].map((name) => [name, { type: 'string' } as const]);
  const options: Record<string, { type: 'string' } | { type: 'boolean' }> = {
    ...Object.fromEntries(texts),
    help: { type: 'boolean' },
  };
  try {
    return parseArgs({ args: [...args], options }).values as Readonly<Record<string, string | boolean | undefined>>;
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message.split('. ')[0] : String(cause);
    throw new RemedyError(`${problem}.`, 'See `npm run capacity -- --help`.', { cause });
  }
}
