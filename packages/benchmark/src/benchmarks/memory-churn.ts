/** The second half of `memory`: whether gateways grow while clients leave and come back for a long time (goal 4). */
import { setTimeout as delay } from 'node:timers/promises';
import { collectedMemory } from '../measure/gateway-memory.ts';
import { residentBytes } from '../measure/resident-memory.ts';
import { type Drift, driftOf } from '../measure/statistics.ts';
import type { Trial } from '../measure/trial.ts';
import { atMost, type BenchmarkResult, type Chart, type GoalCheck } from '../report/result.ts';
import type { BenchContext } from './bench-context.ts';

/** How long a client stays on average: short, so that an hour is worth a day. */
const STAY_SECONDS = 60;
const AWAY_MS = 2_000;
const UPDATE_INTERVAL_MS = 10_000;
const SAMPLES = 30;
const MIN_SAMPLE_INTERVAL_MS = 2_000;
const MS_PER_MINUTE = 60_000;
/** Memory grows with the first clients that come back: this share of the time does not count for the drift. */
const SETTLING_SHARE = 0.25;
/** Below that, what is seen is noise. */
const MINUTES_WORTH_A_GOAL = 10;
const MAX_DRIFT_PER_HOUR = 0.05;
const MB = 1_024 * 1_024;
const KB = 1_024;

export interface ChurnSample {
  readonly minutes: number;
  readonly live: number;
  /** Bytes of all gateways: as found, and what is used once garbage has been collected. */
  readonly resident: number;
  readonly used: number;
}

/** The trial's clients are connected; its gateways must be inspectable. */
export async function sampleChurn(context: BenchContext, trial: Trial): Promise<ChurnSample[]> {
  const { load, build } = trial;
  const totalMs = context.settings.churnMinutes * MS_PER_MINUTE;
  const everyMs = Math.max(MIN_SAMPLE_INTERVAL_MS, totalMs / SAMPLES);
  const samples: ChurnSample[] = [];
  const sample = async (minutes: number): Promise<void> => {
    const resident = await residentBytes(build.pids().gateway);
    const { used } = await collectedMemory(build);
    const { live } = await load.status();
    samples.push({ minutes, live, resident, used });
    const [rss, heap] = [resident, used].map((bytes) => (bytes / MB).toFixed(1));
    context.log(`churn, ${minutes.toFixed(1)} min: ${live} connected, RSS ${rss} MB, ${heap} MB of it used`);
  };
  await load.churn({ perSecond: load.clients / STAY_SECONDS, awayMs: AWAY_MS });
  try {
    await trial.measure({
      intervalMs: UPDATE_INTERVAL_MS,
      seconds: totalMs / 1_000,
      meanwhile: async () => {
        const beganAt = performance.now();
        for (let number = 0; number * everyMs <= totalMs; number += 1) {
          await delay(Math.max(0, beganAt + number * everyMs - performance.now()));
          context.check();
          await sample((performance.now() - beganAt) / MS_PER_MINUTE);
        }
      },
    });
  } finally {
    await load.churn(null);
  }
  return samples;
}

/** What is added to the result of `memory`. */
export function churnResult(
  samples: readonly ChurnSample[],
): Pick<BenchmarkResult, 'rows' | 'goals' | 'notes' | 'charts'> {
  const minutes = samples.at(-1)?.minutes ?? 0;
  const settled = samples.filter((sample) => sample.minutes >= minutes * SETTLING_SHARE);
  const drift = (pick: (sample: ChurnSample) => number): Drift =>
    driftOf(settled.map((sample) => [sample.minutes, pick(sample)] as const));
  const [resident, used] = [drift((sample) => sample.resident), drift((sample) => sample.used)];
  const goal = (what: string, { sharePerHour }: Drift): GoalCheck =>
    atMost(
      MAX_DRIFT_PER_HOUR,
      `4: drift of ${what} over ${minutes.toFixed(0)} minutes of churn, as a share per hour`,
      sharePerHour,
    );
  const isLong = minutes >= MINUTES_WORTH_A_GOAL;
  const text = ({ perMinute, sharePerHour }: Drift): string =>
    `${(perMinute / KB).toFixed(0)} KB per minute (${(100 * sharePerHour).toFixed(1)} % per hour)`;
  return {
    rows: samples.map((sample) => ({
      phase: `churn, ${sample.minutes.toFixed(1)} min`,
      clients: sample.live,
      busy: sample.resident / MB,
      used: sample.used / MB,
    })),
    goals: isLong ? [goal('RSS', resident), goal('memory in use', used)] : [],
    notes: [
      `Churn: each client leaves once in ${STAY_SECONDS} s and comes back ${AWAY_MS / 1_000} s later, all report every ${UPDATE_INTERVAL_MS / 1_000} s; garbage is collected after each sample.`,
      `Drift over the last ${(minutes * (1 - SETTLING_SHARE)).toFixed(1)} of ${minutes.toFixed(1)} minutes: RSS ${text(resident)}, in use ${text(used)}.${isLong ? '' : ` Too short for goal 4, which is about an hour: --churn-minutes 60.`}`,
    ],
    charts: [chartOf(samples)],
  };
}

function chartOf(samples: readonly ChurnSample[]): Chart {
  const points = (pick: (sample: ChurnSample) => number) =>
    samples.map((sample) => [sample.minutes, pick(sample) / MB] as const);
  return {
    name: 'memory-churn',
    title: 'Memory of the gateways while clients leave and come back',
    xLabel: 'minutes',
    yLabel: 'MB',
    series: [
      { label: 'resident', points: points(({ resident }) => resident) },
      { label: 'in use', points: points(({ used }) => used) },
    ],
  };
}
