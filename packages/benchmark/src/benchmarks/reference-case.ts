/** `reference-case`: many clients with few deliveries each, as in the 10 M user reference case (goal 1, second half). */
import { atMost } from '../report/result.ts';
import { alternateRounds, sharesText } from './alternate-rounds.ts';
import { ACTIVE_FRIENDS } from './bench-context.ts';
import type { Benchmark } from './benchmark.ts';
import { MEASUREMENT_COLUMNS, measurementRow } from './measurement-table.ts';

const CLIENTS = 20_000;
const UPDATE_INTERVAL_MS = 30_000;
const BOUND = 1 / 2;
/** With less a round would see only few of the reports. */
const MIN_SECONDS = 5;

export const referenceCase: Benchmark = {
  name: 'reference-case',
  about: '20,000 clients, a report every 30 s: 1.33 deliveries/s per client (goal 1)',
  async run(context) {
    const graph = context.graph(context.clients(CLIENTS));
    const { settings } = context;
    const comparison = await context.withTrials(['ours', 'sharded'], graph, (trials) =>
      alternateRounds(context, trials, {
        intervalMs: UPDATE_INTERVAL_MS,
        bound: BOUND,
        seconds: settings.scale < 1 ? settings.seconds : Math.max(MIN_SECONDS, settings.seconds),
      }),
    );
    return {
      title: `${graph.users} clients with ${ACTIVE_FRIENDS} active friends each, all near, a report every ${UPDATE_INTERVAL_MS / 1_000} s, ${settings.gateways} gateways`,
      columns: MEASUREMENT_COLUMNS,
      rows: comparison.summaries.map(measurementRow),
      goals: [
        atMost(
          BOUND,
          '1: CPU per delivery at 1.33 deliveries/s per client, as a share of the idiomatic build’s',
          comparison.share,
        ),
      ],
      notes: [
        sharesText(comparison),
        ...(graph.users < CLIENTS ? [`The goal requires ${CLIENTS} clients; these were ${graph.users}.`] : []),
      ],
    };
  },
};
