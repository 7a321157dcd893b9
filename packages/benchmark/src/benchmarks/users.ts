/** `users`: whether a delivery costs more among ten times as many users, each as busy as before (goal 7). */
import { type Summary, summarize } from '../measure/measurement.ts';
import { atMost } from '../report/result.ts';
import { ACTIVE_FRIENDS } from './bench-context.ts';
import type { Benchmark } from './benchmark.ts';
import { MEASUREMENT_COLUMNS, measurementRow } from './measurement-table.ts';
import { DELIVERIES_PER_CLIENT, readCrowd } from './read-crowd.ts';

const USERS = [1_000, 10_000];

export const users: Benchmark = {
  name: 'users',
  about: 'CPU per delivery with 1,000 and with 10,000 users at the same rate per user (goal 7)',
  async run(context) {
    const summaries: Summary[] = [];
    for (const count of USERS) {
      const { load } = await readCrowd(context, context.clients(count));
      summaries.push(summarize([load]));
    }
    const [few, many] = summaries;
    return {
      title: `${ACTIVE_FRIENDS} active friends each, all near, ${DELIVERIES_PER_CLIENT} deliveries/s per client`,
      columns: MEASUREMENT_COLUMNS,
      rows: summaries.map(measurementRow),
      goals: [
        atMost(
          1.1,
          '7: CPU per delivery with ten times the users, as a share of that with the fewer',
          (many?.cost ?? Number.NaN) / (few?.cost ?? Number.NaN),
        ),
      ],
      notes: [
        'Fewer users leave the processes idle in between, and idle processes wake up for less: that flatters the many.',
      ],
    };
  },
};
