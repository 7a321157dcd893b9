/** `sign-on`: all clients of a gateway that dies come back to the others (goal 6). */
import { setTimeout as delay } from 'node:timers/promises';
import { cpuBetween, readCpu } from '../measure/cpu-time.ts';
import type { Measurement } from '../measure/measurement.ts';
import type { Trial } from '../measure/trial.ts';
import { atLeast, atMost, type Row } from '../report/result.ts';
import { ACTIVE_FRIENDS, type BenchContext } from './bench-context.ts';
import type { Benchmark } from './benchmark.ts';
import { MEASUREMENT_COLUMNS, measurementRow, progressLine } from './measurement-table.ts';

const RETURNING = 5_000;
const STAYING = 5_000;
const UPDATE_INTERVAL_MS = 10_000;
/** The first gateway is the one that dies. */
const GATEWAYS = 3;
const POLL_MS = 20;
const DEADLINE_MS = 60_000;

interface Storm {
  readonly seconds: number;
  /** Nanoseconds of CPU of all our processes, from the death to the last sign-on. */
  readonly cpuNs: number;
  readonly signOns: number;
}

export const signOn: Benchmark = {
  name: 'sign-on',
  about: '5,000 clients of a killed gateway sign on again elsewhere (goal 6)',
  async run(context) {
    const returning = context.clients(RETURNING);
    const users = returning + context.clients(STAYING);
    const gatewayOf = (user: number): number => (user < returning ? 0 : 1 + (user % (GATEWAYS - 1)));
    return await context.withTrial('ours', context.graph(users), (trial) => storm(context, trial, returning, users), {
      gateways: GATEWAYS,
      gatewayOf,
    });
  },
};

async function storm(
  context: BenchContext,
  trial: Trial,
  returning: number,
  users: number,
): ReturnType<Benchmark['run']> {
  const staying = [returning, users] as const;
  const others = { intervalMs: UPDATE_INTERVAL_MS, senders: staying, viewers: staying };
  const { seconds } = context.settings;
  let baselineCores = 0;
  const before = await trial.measure({
    ...others,
    seconds,
    meanwhile: async () => {
      const at = trial.load.now();
      const cpu = await readCpu(survivors(trial));
      await delay(seconds * 900);
      baselineCores = cpuBetween(cpu, await readCpu(survivors(trial))) / 1e6 / (trial.load.now() - at);
    },
  });
  context.log(`before: ${progressLine(before)}`);
  let happened: Storm | undefined;
  const during = await trial.measure({
    ...others,
    seconds: Math.max(seconds, 5),
    meanwhile: async () => {
      happened = await killFirst(trial, returning);
    },
  });
  if (happened === undefined) throw new Error('the storm was not played');
  context.log(`during: ${progressLine(during)}`);
  const { signOns } = await trial.load.status();
  const baseline = baselineCores * happened.seconds;
  const cpuSeconds = happened.cpuNs / 1e9;
  const perCore = happened.signOns / Math.max(0.001, cpuSeconds - baseline);
  return {
    title: `${returning} clients of a killed gateway, with ${ACTIVE_FRIENDS} active friends each, come back to ${GATEWAYS - 1} gateways after 0.5–1.5 s, while ${users - returning} others go on with a report every ${UPDATE_INTERVAL_MS / 1_000} s`,
    columns: [{ key: 'phase', label: 'the others' }, ...MEASUREMENT_COLUMNS],
    rows: [rowOf('before', before), rowOf('during', during)],
    goals: [
      atLeast(500, '6: complete sign-ons per second and core', perCore),
      atMost(2, '6: p99 of the others, as a multiple of that before', during.p99 / before.p99),
    ],
    notes: [
      `${happened.signOns} signed on again within ${happened.seconds.toFixed(1)} s of the death, with ${cpuSeconds.toFixed(1)} s of CPU, of which about ${baseline.toFixed(1)} s for the load of the others.`,
      `A sign-on, from connecting to the first list: p50 ${signOns.quantile(0.5)} ms, p99 ${signOns.quantile(0.99)} ms.`,
    ],
  };
}

function rowOf(phase: string, measured: Measurement): Row {
  return { phase, ...measurementRow(measured) };
}

/** Of our processes all but the gateway that dies. */
function survivors({ build }: Pick<Trial, 'build'>): number[] {
  const { gateway, location, 'friend-graph': friendGraph } = build.pids();
  return [...gateway.filter((pid) => pid !== build.gateways[0]?.pid), ...location, ...friendGraph];
}

async function killFirst({ build, load }: Trial, returning: number): Promise<Storm> {
  const [dying, ...rest] = build.gateways;
  if (dying === undefined) throw new Error('there is no gateway to kill');
  await load.returnTo(rest.map(({ port }) => port));
  const cpuBefore = await readCpu(survivors({ build }));
  const beganAt = load.now();
  dying.kill('SIGKILL');
  let signOns = 0;
  while (signOns < returning && load.now() - beganAt < DEADLINE_MS) {
    await delay(POLL_MS);
    signOns = (await load.status()).signOns.total;
  }
  const cpuNs = cpuBetween(cpuBefore, await readCpu(survivors({ build })));
  return { seconds: (load.now() - beganAt) / 1_000, cpuNs, signOns };
}
