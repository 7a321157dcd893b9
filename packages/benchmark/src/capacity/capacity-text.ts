/** Shows a capacity with the arithmetic, so that each figure can be followed and doubted. */
import { formatFigure } from '../report/format-cell.ts';
import type { Capacity, Machine, Workload } from './compute-capacity.ts';
import { UNIT_COST_NAMES, type UnitCosts } from './unit-costs.ts';

export function capacityText(workload: Workload, machine: Machine, costs: UnitCosts, capacity: Capacity): string {
  const n = formatFigure;
  const c = capacity;
  const percent = (share: number): string => `${n(share * 100)} %`;
  const cost = (name: keyof UnitCosts): string => n(costs[name].value);
  const lines = [
    `${n(workload.users)} users at a time, a report every ${n(workload.intervalSeconds)} s, ${n(workload.friends)} friends, ${percent(workload.active)} of them active, ${percent(workload.near)} of these near; up to ${percent(machine.utilization)} of each core in use`,
    '',
    'What has to be done',
    `  reports          ${n(workload.users)} / ${n(workload.intervalSeconds)} s = ${n(c.reports)}/s`,
    `  active friends   ${n(workload.friends)} × ${percent(workload.active)} = ${n(c.activeFriends)} of each user`,
    `  deliveries       ${n(c.reports)}/s × ${n(c.activeFriends)} × ${percent(workload.near)} = ${n(c.deliveries)}/s`,
    `  bus messages     ${n(c.reports)}/s × ${n(c.gatewaysPerUpdate)} gateways with a viewer, of ${n(c.gateways)} = ${n(c.messages)}/s`,
    '',
    'What it takes',
    `  gateways         ${n(c.gateways)}: the greater of`,
    `    for CPU        ${n(c.gatewaysForCpu)} = (${n(c.reports)} × ${cost('gatewayMicrosPerUpdate')} µs + ${n(c.messages)} × ${cost('gatewayMicrosPerMessage')} µs + ${n(c.deliveries)} × ${cost('gatewayMicrosPerDelivery')} µs = ${n(c.gatewayCores)} cores) / ${percent(machine.utilization)}`,
    `    for sockets    ${n(c.gatewaysForConnections)} = ${n(workload.users)} / ${n(machine.connectionsPerGateway)} connections`,
    `    memory         ${bytes(c.gatewayBytesEach)} each = ${bytes(costs.gatewayBytesAtRest.value)} + ${n(workload.users / c.gateways)} clients × ${bytes(costs.gatewayBytesPerClient.value)}`,
    `  location         ${n(c.locations)} instances = (${n(c.reports)} × ${cost('locationMicrosPerUpdate')} µs = ${n(c.locationCores)} cores) / ${percent(machine.utilization)}`,
    `  Redis shards     ${n(c.redisShards)} = (${n(c.reports)} × ${cost('redisMicrosPerUpdate')} µs + ${n(c.messages)} × ${cost('redisMicrosPerMessage')} µs = ${n(c.redisCores)} cores) / ${percent(machine.utilization)}`,
    `    memory         ${bytes(c.redisBytes)} in all = ${n(workload.users)} entries × ${cost('redisBytesPerEntry')} B + ${n(c.subscriptions)} subscriptions × ${cost('redisBytesPerSubscription')} B`,
    `  to clients       ${bits(c.toClientsBits)} = ${n(c.deliveries)}/s × ${cost('bytesPerDelivery')} B`,
    `  from clients     ${bits(c.fromClientsBits)} = ${n(c.reports)}/s × ${cost('bytesPerUpdate')} B`,
    `  on the bus       ${bits(c.busBits)} = (${n(c.messages)} + ${n(c.reports)})/s × ${cost('busBytesPerMessage')} B`,
    '',
    'Where the unit costs come from',
    ...UNIT_COST_NAMES.map(
      (name) => `  ${name.padEnd(26)}${cost(name).padStart(12)}  ${costs[name].basis.padEnd(9)}  ${costs[name].source}`,
    ),
    '',
    `${unmeasured(costs)} of these ${UNIT_COST_NAMES.length} are neither measured nor counted on this build: take the result for an order of magnitude until they are (--costs FILE).`,
  ];
  return `${lines.join('\n')}\n`;
}

function unmeasured(costs: UnitCosts): number {
  return UNIT_COST_NAMES.filter((name) => !['measured', 'counted'].includes(costs[name].basis)).length;
}

function bytes(count: number): string {
  return withUnit(count, ['B', 'KB', 'MB', 'GB', 'TB']);
}

function bits(count: number): string {
  return withUnit(count, ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s']);
}

/** Decimal multiples. */
function withUnit(count: number, units: readonly string[]): string {
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, count)) / 3)));
  return `${formatFigure(count / 1_000 ** power)} ${units[power]}`;
}
