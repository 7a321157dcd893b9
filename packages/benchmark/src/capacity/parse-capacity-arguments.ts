/** Parses the arguments of `npm run capacity`. */
import { createCommand, fileFrom, numberBetween } from '@nearby-friends/simulator/command-line';
import type { Machine, Workload } from './compute-capacity.ts';
import { OWN_COSTS } from './unit-costs.ts';

interface CapacityPlan {
  readonly workload: Workload;
  readonly machine: Machine;
  readonly costsFile: string;
}

/** The defaults are the 10 M user reference case. */
function capacityCommand(env: NodeJS.ProcessEnv) {
  return createCommand(
    'npm run capacity --',
    'Computes how many gateways, location instances and Redis shards a workload needs, from unit costs and where they come ' +
      'from.\n\nThe defaults are the 10 M user reference case.',
  )
    .option('--users <n>', 'connected at the same time', numberBetween(1, 1e10), 10_000_000)
    .option('--interval <n>', 'seconds between two position updates of one user', numberBetween(0.1, 86_400), 30)
    .option('--friends <n>', 'of each user', numberBetween(0, 5_000), 400)
    .option('--active <n>', 'per cent of the friends who are active', numberBetween(0, 100), 10)
    .option('--near <n>', 'per cent of the active friends who are near', numberBetween(0, 100), 100)
    .option('--utilization <n>', 'per cent of each core that may be in use', numberBetween(1, 100), 60)
    .option('--connections <n>', 'of one gateway (MAX_CONNECTIONS)', numberBetween(1, 1_000_000), 20_000)
    .option('--costs <file>', 'other unit costs, in the form of packages/benchmark/unit-costs.json', fileFrom(env));
}

/** Throws {@link RemedyError}. */
export function parseCapacityArguments(args: readonly string[], env: NodeJS.ProcessEnv): CapacityPlan {
  const { users, interval, friends, active, near, utilization, connections, costs } = capacityCommand(env)
    .parse(args, { from: 'user' })
    .opts();
  return {
    workload: { users, intervalSeconds: interval, friends, active: active / 100, near: near / 100 },
    machine: { utilization: utilization / 100, connectionsPerGateway: connections },
    costsFile: costs ?? OWN_COSTS,
  };
}
