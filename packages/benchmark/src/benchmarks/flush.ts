/** `flush`: what holding positions back for longer saves, and what it costs in latency. */
import { DEFAULT_FLUSH_INTERVAL_MS } from '../deploy/deploy-ours.ts';
import { makeGraph } from '../load/social-graph.ts';
import { type Summary, summarize } from '../measure/measurement.ts';
import { ACTIVE_FRIENDS, intervalFor } from './bench-context.ts';
import type { Benchmark } from './benchmark.ts';
import { MEASUREMENT_COLUMNS, measurementRow, progressLine } from './measurement-table.ts';

const CLIENTS = 1_500;
const PER_CLIENT = 10;
/** ms; the gateway takes nothing below 10, which is as good as at once. */
const FLUSH_INTERVALS_MS = [10, 100, 250, 500, 1_000];

export const flush: Benchmark = {
  name: 'flush',
  about: 'CPU per delivery and latency over the flush interval; two minutes',
  isByNameOnly: true,
  async run(context) {
    const graph = context.graph(context.clients(CLIENTS));
    const { edges } = makeGraph(graph);
    const { seconds } = context.settings;
    const measure = async (options: { flushIntervalMs?: number; distances?: 'server' }): Promise<Summary> => {
      const measured = await context.withTrial(
        'ours',
        graph,
        (trial) => trial.measure({ intervalMs: intervalFor(PER_CLIENT * graph.users, edges), seconds }),
        options,
      );
      context.log(`flush ${options.flushIntervalMs ?? DEFAULT_FLUSH_INTERVAL_MS} ms, ${progressLine(measured)}`);
      return summarize([measured]);
    };
    const curve: { flushMs: number; summary: Summary }[] = [];
    for (const flushMs of FLUSH_INTERVALS_MS) {
      curve.push({ flushMs, summary: await measure({ flushIntervalMs: flushMs }) });
    }
    const byServer = measurementRow(await measure({ distances: 'server' }));
    const points = (pick: (summary: Summary) => number) =>
      curve.map(({ flushMs, summary }) => [flushMs, pick(summary)] as const);
    return {
      title: `${graph.users} clients with ${ACTIVE_FRIENDS} active friends each, all near, ${PER_CLIENT} deliveries/s per client, by flush interval`,
      columns: [{ key: 'flushMs', label: 'flush ms' }, ...MEASUREMENT_COLUMNS],
      rows: [
        ...curve.map(({ flushMs, summary }) => ({ flushMs, ...measurementRow(summary) })),
        {
          ...byServer,
          flushMs: DEFAULT_FLUSH_INTERVAL_MS,
          build: `${byServer['build']}, distances measured by the server`,
        },
      ],
      charts: [
        {
          name: 'cost-over-flush',
          title: 'CPU per delivery over the flush interval',
          xLabel: 'flush interval, ms',
          yLabel: 'µs of CPU, all processes but Redis',
          series: [{ label: 'nearby-friends', points: points(({ cost }) => cost) }],
        },
        {
          name: 'latency-over-flush',
          title: 'Latency over the flush interval',
          xLabel: 'flush interval, ms',
          yLabel: 'ms from the intended send time',
          series: [
            { label: 'p50', points: points(({ p50 }) => p50) },
            { label: 'p99', points: points(({ p99 }) => p99) },
          ],
        },
      ],
    };
  },
};
