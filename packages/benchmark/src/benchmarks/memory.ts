/** `memory`: what a connected client costs a gateway, and whether that grows while clients come and go (goal 4). */
import { setTimeout as delay } from 'node:timers/promises';
import { INSPECTABLE } from '../measure/collect-garbage.ts';
import { collectedMemory } from '../measure/gateway-memory.ts';
import { residentBytes } from '../measure/resident-memory.ts';
import { slope } from '../measure/statistics.ts';
import type { Trial } from '../measure/trial.ts';
import { ACTIVE_FRIENDS, type BenchContext, type Benchmark } from './bench-context.ts';
import { type ChurnSample, churnResult, sampleChurn } from './memory-churn.ts';

const CLIENTS = [2_000, 10_000];
/** Everybody reports some times before memory is read, so that buffers are as large as they become. */
const REPORT_INTERVAL_MS = 10_000;
const IDLE_MS = 3_000;
const KB = 1_024;
const MB = 1_024 * KB;

interface Reading {
  readonly clients: number;
  /** Bytes of all gateways: just after the load, some seconds later, and with garbage collected. */
  readonly busy: number;
  readonly idle: number;
  readonly collected: number;
  /** Of the last, what JavaScript uses, buffers included. */
  readonly used: number;
}

export const memory: Benchmark = {
  name: 'memory',
  about: 'gateway memory per connected client between 2,000 and 10,000, and over a time of churn (goal 4)',
  async run(context) {
    const readings: Reading[] = [];
    const samples: ChurnSample[] = [];
    for (const [place, count] of CLIENTS.entries()) {
      // With the fewer clients, who are connected sooner.
      const after =
        place === 0 ? async (trial: Trial) => samples.push(...(await sampleChurn(context, trial))) : undefined;
      readings.push(await read(context, context.clients(count), after));
    }
    const churn = churnResult(samples);
    const perClient = (pick: (reading: Reading) => number): number =>
      slope(readings.map((reading) => [reading.clients, pick(reading)] as const)) / KB;
    const [busy, idle, collected] = [
      perClient((reading) => reading.busy),
      perClient((reading) => reading.idle),
      perClient((reading) => reading.collected),
    ];
    return {
      name: 'memory',
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
          clients: reading.clients,
          busy: reading.busy / MB,
          idle: reading.idle / MB,
          collected: reading.collected / MB,
          used: reading.used / MB,
        })),
        ...churn.rows,
      ],
      goals: [
        { goal: '4: KB of gateway memory per client, idle', value: idle, bound: 25, sense: 'at most' },
        { goal: '4: the same, garbage collected', value: collected, bound: 25, sense: 'at most' },
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

async function read(
  context: BenchContext,
  clients: number,
  after: (trial: Trial) => Promise<unknown> = async () => undefined,
): Promise<Reading> {
  return await context.withTrials(
    ['ours'],
    context.graph(clients),
    async ([trial]) => {
      if (trial === undefined) throw new Error('a trial was not opened');
      const { build } = trial;
      await trial.measure({ intervalMs: REPORT_INTERVAL_MS, seconds: context.settings.seconds });
      const busy = await residentBytes(build.pids().gateway);
      await delay(IDLE_MS);
      const idle = await residentBytes(build.pids().gateway);
      const { resident: collected, used } = await collectedMemory(build);
      context.say(
        `${clients} clients: ${[busy, idle, collected].map((bytes) => (bytes / MB).toFixed(0)).join(', ')} MB`,
      );
      await after(trial);
      return { clients, busy, idle, collected, used };
    },
    { gatewayEnvironment: { NODE_OPTIONS: INSPECTABLE } },
  );
}
