/** `npm run capacity`: computes how many instances of each service a workload needs, with the arithmetic. */
import { runProgram } from '@nearby-friends/simulator/command-line';
import { capacityText } from './capacity/capacity-text.ts';
import { computeCapacity } from './capacity/compute-capacity.ts';
import { parseCapacityArguments } from './capacity/parse-capacity-arguments.ts';
import { readUnitCosts } from './capacity/unit-costs.ts';

process.exitCode = await runProgram(async () => {
  const { workload, machine, costsFile } = parseCapacityArguments(process.argv.slice(2), process.env);
  const costs = await readUnitCosts(costsFile);
  const capacity = computeCapacity(workload, machine, (name) => costs[name].value);
  process.stdout.write(capacityText(workload, machine, costs, capacity));
  return 0;
});
