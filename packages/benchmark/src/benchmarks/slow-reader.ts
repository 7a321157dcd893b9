/** `slow-reader`: what clients that stop reading cost the gateway and the others, and what they see afterwards (goal 5). */

import { INSPECTABLE } from '../measure/collect-garbage.ts';
import { collectedMemory, type GatewayMemory } from '../measure/gateway-memory.ts';
import type { Measurement } from '../measure/measurement.ts';
import { serviceFigures } from '../measure/service-figures.ts';
import { type TcpMemory, tcpMemory } from '../measure/tcp-memory.ts';
import type { LoadPlan, Trial } from '../measure/trial.ts';
import type { BenchContext } from './bench-context.ts';
import type { Benchmark } from './benchmark.ts';
import { progressLine } from './measurement-table.ts';
import { HELD_BACK_ENOUGH, type SlowReaderFigures, slowReaderResult } from './slow-reader-result.ts';

/** At any scale: shorter lists would not fill the kernel's buffers, which take some megabytes for each client. */
const USERS = 400;
/** Enough for their memory to stand out; each takes some 4 MB of the kernel's. */
const SLOW_CLIENTS = 60;
const MIN_SLOW_CLIENTS = 10;
/** Of the users among each other: enough to be measured, and little beside what the slow clients are sent. */
const FRIENDS_OF_OTHERS = 10;
const UPDATE_INTERVAL_MS = 1_000;
/** Shorter than the gateway's own, and each user reports once in it: 400 friends fill 300 KB/s. */
const FLUSH_INTERVAL_MS = 150;
const FILL_DEADLINE_MS = 35_000;
const WARM_UP_MS = 1_000;
const RUSH_SECONDS = 6;
/** Between two counts of the clients that are held back. */
const FILL_SECONDS = 2;

export const slowReader: Benchmark = {
  name: 'slow-reader',
  about:
    'memory per client that stops reading, its effect on the others, and what it sees when it reads again (goal 5)',
  async run(context) {
    const slowClients = Math.max(MIN_SLOW_CLIENTS, Math.round(SLOW_CLIENTS * Math.min(1, context.settings.scale)));
    const graph = context.graph(USERS, { friends: FRIENDS_OF_OTHERS, hubs: slowClients });
    return await context.withTrial(
      'ours',
      graph,
      async (trial) => slowReaderResult(await stopAndGoOn(context, trial, slowClients)),
      { flushIntervalMs: FLUSH_INTERVAL_MS, gatewayEnvironment: { NODE_OPTIONS: INSPECTABLE } },
    );
  },
};

async function stopAndGoOn(context: BenchContext, trial: Trial, slowClients: number): Promise<SlowReaderFigures> {
  const { load } = trial;
  const users = [0, USERS] as const;
  const slow = [USERS, USERS + slowClients] as const;
  const { seconds } = context.settings;
  const others = { intervalMs: UPDATE_INTERVAL_MS, senders: users, viewers: users };
  const steady: LoadPlan = { ...others, seconds, warmUpMs: WARM_UP_MS };
  const filling: LoadPlan = { ...others, seconds: FILL_SECONDS, warmUpMs: 0, intervalMs: FLUSH_INTERVAL_MS };
  const measure = async (who: string): Promise<Measurement> => {
    const measured = await trial.measure(steady);
    context.log(`${who}: ${progressLine(measured)}`);
    return measured;
  };

  // Gateways grow by some 4 MB in the first seconds of the first rush, even if all clients read.
  await trial.measure({ ...filling, seconds: RUSH_SECONDS });
  const before = await measure('all read');
  const memoryBefore = await readMemory(trial);

  await load.pause(slow);
  const stoppedAt = performance.now();
  let heldBack = 0;
  while (heldBack < HELD_BACK_ENOUGH * slowClients && performance.now() - stoppedAt < FILL_DEADLINE_MS) {
    context.check();
    ({ heldBack } = await countHeldBack(trial, () => trial.measure(filling)));
    const queued = (await tcpMemory(portsOf(trial))).queuedBytes / 1e6;
    context.log(`${Math.round(heldBack)} of ${slowClients} are held back; ${queued.toFixed(0)} MB wait in the kernel`);
  }
  const filledInSeconds = (performance.now() - stoppedAt) / 1_000;
  const held = await countHeldBack(trial, () => measure(`${slowClients} do not read`));
  const memoryDuring = await readMemory(trial);

  // No user reports now, so the newest position stays the newest.
  const resumed = await load.resume(slow, users);
  context.log(`they read again: the newest of all after ${Math.round(resumed.tookMs)} ms`);
  const memoryAfter = await readMemory(trial);
  const { lost } = await load.status();
  await load.leave(slow);
  const gone = await measure('they have gone');
  return {
    users: USERS,
    slowClients,
    updateIntervalMs: UPDATE_INTERVAL_MS,
    flushIntervalMs: FLUSH_INTERVAL_MS,
    filledInSeconds,
    heldBack: held.heldBack,
    before: { load: before, ...memoryBefore },
    during: { load: held.result, ...memoryDuring },
    after: memoryAfter,
    gone,
    resumed,
    lost,
  };
}

/** A flush that is put off is counted once per flush interval and client: how many clients that were, on average. */
async function countHeldBack<Result>(
  { build }: Trial,
  work: () => Promise<Result>,
): Promise<{ result: Result; heldBack: number }> {
  const count = () => serviceFigures(build.gateways, 'nearby_flushes_postponed_total');
  const [before, beganAt] = [await count(), performance.now()];
  const result = await work();
  const [after, endedAt] = [await count(), performance.now()];
  return { result, heldBack: (after - before) / ((endedAt - beganAt) / build.flushIntervalMs) };
}

async function readMemory(trial: Trial): Promise<{ gateway: GatewayMemory; kernel: TcpMemory }> {
  return { gateway: await collectedMemory(trial.build), kernel: await tcpMemory(portsOf(trial)) };
}

function portsOf({ build }: Trial): number[] {
  return build.gateways.map(({ port }) => port ?? 0);
}
