/** What one run of load showed, in units that travel to other machines. */
import type { BuildKind } from '../deploy/deployed-build.ts';
import type { LoadReport } from '../load/load-generator.ts';
import { median, relativeSpread } from './statistics.ts';

export interface Measurement {
  readonly build: BuildKind;
  readonly clients: number;
  /** Deliveries per second that were meant to happen. */
  readonly offered: number;
  /** That did, late ones too. */
  readonly delivered: number;
  /** Microseconds of CPU per delivery: gateways, location and friend-graph together. */
  readonly cost: number;
  /** The parts, and beside them Redis and the load itself. */
  readonly gatewayCost: number;
  readonly locationCost: number;
  readonly friendGraphCost: number;
  readonly redisCost: number;
  readonly loadCost: number;
  /** Cores in use: all our processes; the load's. */
  readonly cores: number;
  readonly loadCores: number;
  /** From the intended send time to the viewer's list, ms. */
  readonly p50: number;
  readonly p99: number;
  /** Shares of the offered, 0–1. */
  readonly late: number;
  readonly missing: number;
  readonly framesPerDelivery: number;
  readonly bytesPerDelivery: number;
  readonly updatesPerSecond: number;
  /** How late the load itself was, ms: when this is not small, it is the load that was measured. */
  readonly sendLagP99: number;
}

export function toMeasurement(taken: {
  readonly build: BuildKind;
  readonly clients: number;
  readonly seconds: number;
  readonly report: LoadReport;
  readonly cpuNs: Readonly<Record<string, number>>;
}): Measurement {
  const { build, clients, seconds, report, cpuNs } = taken;
  const arrived = report.onTime + report.late;
  const micros = (group: string): number => (cpuNs[group] ?? 0) / 1_000 / arrived;
  const [gatewayCost, locationCost, friendGraphCost] = [micros('gateway'), micros('location'), micros('friend-graph')];
  const cost = gatewayCost + locationCost + friendGraphCost;
  return {
    build,
    clients,
    offered: report.expected / seconds,
    delivered: arrived / seconds,
    cost,
    gatewayCost,
    locationCost,
    friendGraphCost,
    redisCost: micros('redis'),
    loadCost: micros('load'),
    cores: (cost * arrived) / seconds / 1e6,
    loadCores: (cpuNs['load'] ?? 0) / seconds / 1e9,
    p50: report.latencies.quantile(0.5),
    p99: report.latencies.quantile(0.99),
    late: report.late / report.expected,
    missing: Math.max(0, report.expected - arrived) / report.expected,
    framesPerDelivery: report.framesIn / arrived,
    bytesPerDelivery: report.bytesIn / arrived,
    updatesPerSecond: report.updatesSent / seconds,
    sendLagP99: report.sendLags.quantile(0.99),
  };
}

type Figure = { [K in keyof Measurement]: Measurement[K] extends number ? K : never }[keyof Measurement];

export interface Summary extends Measurement {
  readonly rounds: number;
  /** Of the cost: half the distance between its extremes, as a share of the median. */
  readonly spread: number;
}

/** The median of each figure over rounds of one build; throws without any. */
export function summarize(rounds: readonly Measurement[]): Summary {
  const [first] = rounds;
  if (first === undefined) throw new Error('there is no round to sum up');
  const medians = Object.fromEntries(
    Object.keys(first)
      .filter((key) => key !== 'build')
      .map((key) => [key, median(rounds.map((round) => round[key as Figure]))]),
  ) as Record<Figure, number>;
  return {
    build: first.build,
    ...medians,
    rounds: rounds.length,
    spread: relativeSpread(rounds.map(({ cost }) => cost)),
  };
}

/** Whether a load was carried: nothing missing to speak of, and 99 of 100 on time. */
export function isSustained({ late, missing }: Measurement): boolean {
  return late + missing <= 0.01;
}
