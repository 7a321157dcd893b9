/** A crowd of our clients under the usual load: what deliveries cost, and how much memory the gateways take meanwhile. */
import { setTimeout as delay } from 'node:timers/promises';
import { INSPECTABLE } from '../measure/collect-garbage.ts';
import { collectedMemory } from '../measure/gateway-memory.ts';
import { residentBytes } from '../measure/resident-memory.ts';
import type { Trial } from '../measure/trial.ts';
import { ACTIVE_FRIENDS, type BenchContext, type CrowdReading } from './bench-context.ts';
import { progressLine } from './measurement-table.ts';

/** Deliveries/s: a report every 10 s, until buffers are as large as they become. */
export const DELIVERIES_PER_CLIENT = 4;
const UPDATE_INTERVAL_MS = (1_000 * ACTIVE_FRIENDS) / DELIVERIES_PER_CLIENT;
export const IDLE_MS = 3_000;
export const MB = 1_024 * 1_024;

/**
 * So many clients are read once in a run, whichever benchmarks need them, unless there is `more` to do: it runs at the end,
 * while the clients are still there. The gateways are inspectable.
 */
export async function readCrowd(
  context: BenchContext,
  clients: number,
  more?: (trial: Trial) => Promise<unknown>,
): Promise<CrowdReading> {
  const known = more === undefined ? context.crowds.get(clients) : undefined;
  if (known !== undefined) return known;
  const reading = await context.withTrial(
    'ours',
    context.graph(clients),
    async (trial) => {
      const { build } = trial;
      const load = await trial.measure({ intervalMs: UPDATE_INTERVAL_MS, seconds: context.settings.seconds });
      const busy = await residentBytes(build.pids().gateway);
      context.log(progressLine(load));
      await delay(IDLE_MS);
      const idle = await residentBytes(build.pids().gateway);
      const { resident: collected, used } = await collectedMemory(build);
      const megabytes = [busy, idle, collected].map((bytes) => (bytes / MB).toFixed(0));
      context.log(`${clients} clients: ${megabytes.join(', ')} MB`);
      await more?.(trial);
      return { load, busy, idle, collected, used };
    },
    { gatewayEnvironment: { NODE_OPTIONS: INSPECTABLE } },
  );
  context.crowds.set(clients, reading);
  return reading;
}
