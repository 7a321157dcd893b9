/** `memory`: what a connected client costs a gateway, and whether that grows while clients come and go (goal 4). */
import { slope } from '../measure/statistics.ts';
import { atMost } from '../report/result.ts';
import { ACTIVE_FRIENDS, type CrowdReading } from './bench-context.ts';
import type { Benchmark } from './benchmark.ts';
import { type ChurnSample, churnResult, sampleChurn } from './memory-churn.ts';
import { IDLE_MS, MB, readCrowd } from './read-crowd.ts';

const FEW = 2_000;
const MANY = 10_000;
const KB = 1_024;

export const memory: Benchmark = {
  name: 'memory',
  about: 'gateway memory per connected client between 2,000 and 10,000, and over a time of churn (goal 4)',
  async run(context) {
    const samples: ChurnSample[] = [];
    // With the fewer clients, who are connected sooner.
    const few = await readCrowd(context, context.clients(FEW), async (trial) => {
      samples.push(...(await sampleChurn(context, trial)));
    });
    const readings = [few, await readCrowd(context, context.clients(MANY))];
    const churn = churnResult(samples);
    const perClient = (pick: (reading: CrowdReading) => number): number =>
      slope(readings.map((reading) => [reading.load.clients, pick(reading)] as const)) / KB;
    const [busy, idle, collected] = [
      perClient((reading) => reading.busy),
      perClient((reading) => reading.idle),
      perClient((reading) => reading.collected),
    ];
    return {
      title: `Resident memory of ${context.settings.gateways} gateways together, clients with ${ACTIVE_FRIENDS} active friends each, after each had reported; then churn`,
      columns: [
        { key: 'phase', label: 'when' },
        { key: 'clients', label: 'clients' },
        { key: 'busy', label: 'busy, MB', digits: 1 },
        { key: 'idle', label: `idle for ${IDLE_MS / 1_000} s, MB`, digits: 1 },
        { key: 'collected', label: 'garbage collected, MB', digits: 1 },
        { key: 'used', label: 'in use, MB', digits: 1 },
      ],
      rows: [
        ...readings.map((reading) => ({
          phase: 'after all had reported',
          clients: reading.load.clients,
          busy: reading.busy / MB,
          idle: reading.idle / MB,
          collected: reading.collected / MB,
          used: reading.used / MB,
        })),
        ...churn.rows,
      ],
      goals: [
        atMost(25, '4: KB of gateway memory per client, idle', idle),
        atMost(25, '4: the same, garbage collected', collected),
        ...churn.goals,
      ],
      notes: [
        `KB per client (slope): ${busy.toFixed(1)} busy, ${idle.toFixed(1)} idle, ${collected.toFixed(1)} with garbage collected.`,
        ...churn.notes,
      ],
      charts: churn.charts,
    };
  },
};
