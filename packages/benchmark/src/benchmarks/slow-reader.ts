/** `slow-reader`: what clients that stop reading cost the gateway and the others, and what they see afterwards (goal 5). */
import { collectGarbage, INSPECTABLE } from '../measure/collect-garbage.ts';
import { residentBytes } from '../measure/resident-memory.ts';
import { serviceFigures } from '../measure/service-figures.ts';
import type { Trial } from '../measure/trial.ts';
import type { BenchContext, Benchmark } from './bench-context.ts';
import { MEASUREMENT_COLUMNS, measurementRow, progressLine } from './measurement-table.ts';

const USERS = 400;
const SLOW_CLIENTS = 100;
/** Of each ordinary user. The slow ones are friends of all, so that much is sent to them: the kernel's buffers take
 * some hundred kilobytes before a gateway notices anything. */
const REPORT_INTERVAL_MS = 1_000;
/** Below the time after which Socket.IO gives a silent client up, which begins at 45 s. */
const PAUSED_SECONDS = 12;
const KB = 1_024;

export const slowReader: Benchmark = {
  name: 'slow-reader',
  about:
    'memory per client that stops reading, its effect on the others, and what it sees when it reads again (goal 5)',
  async run(context) {
    const users = context.clients(USERS);
    const hubs = Math.max(10, Math.round(SLOW_CLIENTS * Math.min(1, context.settings.scale)));
    const graph = context.graph(users, { hubs });
    return await context.withTrials(
      ['ours'],
      graph,
      async ([trial]) => {
        if (trial === undefined) throw new Error('a trial was not opened');
        return await stopAndGoOn(context, trial, users, hubs);
      },
      { gatewayEnvironment: { NODE_OPTIONS: INSPECTABLE } },
    );
  },
};

async function stopAndGoOn(
  context: BenchContext,
  trial: Trial,
  users: number,
  hubs: number,
): ReturnType<Benchmark['run']> {
  const { load, build } = trial;
  const others = { intervalMs: REPORT_INTERVAL_MS, senders: [0, users], viewers: [0, users] } as const;
  const slow = [users, users + hubs] as const;
  const seconds = context.settings.scale < 1 ? context.settings.seconds : PAUSED_SECONDS;
  // As long as the pause: a gateway's memory grows in its first seconds whoever reads.
  const before = await trial.measure({ ...others, seconds });
  context.say(`everybody reads: ${progressLine(before)}`);
  const memoryBefore = await collectedMemory(trial);
  const postponedBefore = await serviceFigures(build.gateways, 'flushes_postponed_total');

  await load.pause(slow);
  const during = await trial.measure({ ...others, seconds });
  context.say(`${hubs} do not: ${progressLine(during)}`);
  const memoryDuring = await collectedMemory(trial);
  const postponed = (await serviceFigures(build.gateways, 'flushes_postponed_total')) - postponedBefore;
  // By now everybody's last report is older than that; a list as new as this holds the last report of each.
  const newest = load.now() - REPORT_INTERVAL_MS - 2_000;
  const tookMs = await load.resume(slow, [0, users], newest);
  const status = await load.status();
  const kbEach = (memoryDuring - memoryBefore) / KB / hubs;
  return {
    name: 'slow-reader',
    title: `${users} users with ${REPORT_INTERVAL_MS / 1_000} report/s each; ${hubs} more clients, friends of all of them, stop reading for ${seconds} s`,
    columns: [{ key: 'phase', label: 'while' }, ...MEASUREMENT_COLUMNS],
    rows: [
      { phase: 'everybody reads', ...measurementRow(before) },
      { phase: `${hubs} do not read`, ...measurementRow(during) },
    ],
    // A pause that no gateway has noticed shows nothing, and must not count as a goal that is met.
    goals:
      postponed === 0
        ? []
        : [
            {
              goal: '5: KB of gateway memory per client that does not read',
              value: kbEach,
              bound: 64,
              sense: 'at most',
            },
            {
              goal: '5: p99 of the others, as a multiple of that before',
              value: during.p99 / before.p99,
              bound: 1.2,
              sense: 'at most',
            },
            {
              goal: '5: ms until one that reads again shows the newest of all',
              value: tookMs ?? Number.POSITIVE_INFINITY,
              bound: 5_000,
              sense: 'at most',
            },
          ],
    notes: [
      `Flushes put off meanwhile: ${postponed}${postponed === 0 ? ', so the pause was too short to fill the kernel’s buffers: goal 5 was not tested' : ''}. Connections lost: ${status.lost}.`,
    ],
    charts: [],
  };
}

async function collectedMemory({ build }: Trial): Promise<number> {
  for (const gateway of build.gateways) await collectGarbage(gateway);
  return await residentBytes(build.pids().gateway);
}
