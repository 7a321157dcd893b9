/** `npm run capacity`: says how many of everything a workload takes, with the arithmetic. */
import { RemedyError } from '@nearby-friends/local-stack';
import { capacityHelp, parseCapacityOptions } from './capacity/capacity-options.ts';
import { capacityText } from './capacity/capacity-text.ts';
import { computeCapacity } from './capacity/compute-capacity.ts';
import { readUnitCosts } from './capacity/unit-costs.ts';

async function main(): Promise<number> {
  try {
    // npm runs scripts in the project's folder and says where the person was.
    const plan = parseCapacityOptions(process.argv.slice(2), process.env['INIT_CWD'] ?? process.cwd());
    if (plan === 'help') {
      process.stdout.write(capacityHelp());
      return 0;
    }
    const costs = await readUnitCosts(plan.costsFile);
    const capacity = computeCapacity(plan.workload, plan.machine, (name) => costs[name].value);
    process.stdout.write(capacityText(plan.workload, plan.machine, costs, capacity));
    return 0;
  } catch (error) {
    if (!(error instanceof RemedyError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

process.exitCode = await main();
