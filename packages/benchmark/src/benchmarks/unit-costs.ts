/** `unit-costs`: what one report, message, friend in a list and frame costs, for `npm run capacity`. */
import { setTimeout as delay } from 'node:timers/promises';
import { readCpu } from '../measure/cpu-time.ts';
import { fitCosts, fittedTotal } from '../measure/linear-fit.ts';
import { serviceFigures } from '../measure/service-figures.ts';
import type { Trial } from '../measure/trial.ts';
import type { Findings, Row } from '../report/result.ts';
import type { BenchContext } from './bench-context.ts';
import type { Benchmark } from './benchmark.ts';

const CLIENTS = 1_000;
/** So far apart that hardly any friend is near, and still on this side of 180°, degrees of longitude. */
const FAR_DEGREES = 50;
/** A process that has just started has its hot paths compiled first. */
const WARM_UP = { intervalMs: 700, seconds: 2 };

/** Clients connected in one way, and the loads that are tried on them. */
interface Layout {
  readonly title: string;
  readonly friends: number;
  readonly gateways: number;
  readonly isFar?: boolean;
  /** Between two reports of one user, ms; null: no user reports. */
  readonly intervalsMs: readonly (number | null)[];
}

/** Each cause is varied while the others stay: no viewer; gateways that receive but do not send; viewers that are sent it. */
const LAYOUTS: readonly Layout[] = [
  { title: 'no friends', friends: 0, gateways: 2, intervalsMs: [null, 2_000, 700] },
  { title: '40 friends, far', friends: 40, gateways: 2, isFar: true, intervalsMs: [2_000] },
  { title: '40 friends, far', friends: 40, gateways: 4, isFar: true, intervalsMs: [2_000] },
  { title: '4 friends, near', friends: 4, gateways: 2, intervalsMs: [1_000, 4_000] },
  { title: '40 friends, near', friends: 40, gateways: 2, intervalsMs: [3_000, 10_000] },
];

/** Of the gateways. `upserts`: friends in list messages. */
const COUNTERS = {
  reports: ['nearby_events_received_total'],
  messages: ['nearby_friend_positions_received_total'],
  upserts: ['nearby_positions_delivered_total'],
  frames: ['nearby_changes_sent_total', 'nearby_snapshots_sent_total'],
} as const;
const KINDS = ['gateway', 'location', 'redis'] as const;
type Kind = (typeof KINDS)[number];

/** Per second; CPU in µs, of all processes of the kind. */
type Counted = Readonly<Record<keyof typeof COUNTERS | `${Kind}Micros`, number>>;

interface ObservedLoad extends Counted {
  readonly title: string;
  readonly gateways: number;
}

export const unitCosts: Benchmark = {
  name: 'unit-costs',
  about: 'what a report, a message, a friend in a list and a frame cost, for `npm run capacity`; two minutes',
  isByNameOnly: true,
  async run(context) {
    const seen: ObservedLoad[] = [];
    for (const layout of LAYOUTS) seen.push(...(await tryLayout(context, layout)));
    return unitCostResult(seen, context.clients(CLIENTS));
  },
};

async function tryLayout(context: BenchContext, layout: Layout): Promise<ObservedLoad[]> {
  const { title, friends, gateways, isFar = false, intervalsMs } = layout;
  const graph = context.graph(context.clients(CLIENTS), {
    friends,
    ...(isFar ? { spreadDegrees: FAR_DEGREES } : {}),
  });
  return await context.withTrial(
    'ours',
    graph,
    async (trial) => {
      const seen: ObservedLoad[] = [];
      await trial.measure(WARM_UP);
      for (const intervalMs of intervalsMs) {
        const every = intervalMs === null ? 'idle' : `every ${intervalMs / 1_000} s`;
        const load = { title: `${title}, ${every}`, gateways, ...(await observe(context, trial, intervalMs)) };
        context.log(`${load.title}: ${Math.round(load.gatewayMicros / 1_000)} ms of the gateways’ CPU per second`);
        seen.push(load);
      }
      return seen;
    },
    { gateways },
  );
}

async function observe(context: BenchContext, trial: Trial, intervalMs: number | null): Promise<Counted> {
  const { seconds } = context.settings;
  let counted: Counted | undefined;
  await trial.measure({
    intervalMs: intervalMs ?? 1_000,
    ...(intervalMs === null ? { senders: [0, 0] as const } : {}),
    seconds,
    meanwhile: async () => {
      const [before, beganAt] = [await readCounters(trial), performance.now()];
      // The last reading must fall into the measured time.
      await delay(seconds * 900);
      const [after, endedAt] = [await readCounters(trial), performance.now()];
      const rates = Object.entries(after).map(([name, amount]) => {
        return [name, ((amount - before[name as keyof Counted]) * 1_000) / (endedAt - beganAt)];
      });
      counted = Object.fromEntries(rates) as Counted;
    },
  });
  if (counted === undefined) throw new Error('the load was not observed');
  return counted;
}

/** Since the processes started. */
async function readCounters({ build }: Trial): Promise<Counted> {
  const pids = build.pids();
  const cpu = KINDS.map(async (kind) => [`${kind}Micros`, sumOf([...(await readCpu(pids[kind])).values()]) / 1_000]);
  const counters = Object.entries(COUNTERS).map(async ([key, names]) => {
    return [key, sumOf(await Promise.all(names.map((name) => serviceFigures(build.gateways, name))))];
  });
  return Object.fromEntries(await Promise.all([...cpu, ...counters])) as Counted;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** As long as a gateway gathers positions for location, s (UPLINK_GATHER_MS). */
const GATHER_SECONDS = 0.05;
/** Positions that go together where the load is high and location instances are few. */
const MANY_TO_A_BATCH = 5;

/** Per second: a batch begins with the first position after the last batch has left. */
function batches({ reports, gateways }: ObservedLoad): number {
  return reports / (1 + (reports / gateways) * GATHER_SECONDS);
}

/** Of the 10 M user reference case: 40 friends who report every 30 s. */
const REFERENCE_DELIVERIES_PER_CLIENT = 40 / 30;
const FLUSH_SECONDS = 1;
/** A list waits a flush interval after the first change; later changes, at random times, go with it. */
const REFERENCE_FRAMES_PER_DELIVERY = 1 / (1 + REFERENCE_DELIVERIES_PER_CLIENT * FLUSH_SECONDS);

/** How often each cause of a kind's costs occurred. */
const CAUSES: Readonly<Record<Kind, (load: ObservedLoad) => number[]>> = {
  gateway: (load) => [load.reports, load.messages, load.upserts, load.frames, batches(load), load.gateways],
  location: (load) => [load.reports, batches(load), 1],
  redis: (load) => [load.reports, batches(load), load.messages, 1],
};

function unitCostResult(seen: readonly ObservedLoad[], clients: number): Findings {
  const fit = (kind: Kind): number[] =>
    fitCosts(seen.map((load) => ({ counts: CAUSES[kind](load), total: load[`${kind}Micros`] })));
  const costs = { gateway: fit('gateway'), location: fit('location'), redis: fit('redis') };
  const [perReport = 0, perMessage = 0, perUpsert = 0, perFrame = 0, perBatch = 0, perGateway = 0] = costs.gateway;
  const [redisReport = 0, redisBatch = 0, redisMessage = 0, redisRest = 0] = costs.redis;
  const [locationReport = 0, locationBatch = 0, locationRest = 0] = costs.location;
  const perDelivery = perUpsert + REFERENCE_FRAMES_PER_DELIVERY * perFrame;
  /** In ms, and how far the fitted costs are off. */
  const cells = (kind: Kind, load: ObservedLoad): Row => ({
    [`${kind}Ms`]: load[`${kind}Micros`] / 1_000,
    [`${kind}Off`]: fittedTotal(costs[kind], CAUSES[kind](load)) / load[`${kind}Micros`] - 1,
  });
  const figure = (name: string, value: number): string => `${name}: ${value.toFixed(2)}`;
  const figurePerReport = (name: string, report: number, batch: number): string =>
    `${figure(name, report + batch / MANY_TO_A_BATCH)} with ${MANY_TO_A_BATCH} positions to a batch, ${(report + batch).toFixed(2)} one by one: ${report.toFixed(2)} for each and ${batch.toFixed(2)} for each batch`;
  return {
    title: `${clients} clients under loads that differ in one thing each; CPU in ms per second, and how far the fitted costs are off`,
    columns: [
      { key: 'title', label: 'load' },
      { key: 'gateways', label: 'gateways' },
      { key: 'reports', label: 'reports/s' },
      { key: 'messages', label: 'messages/s' },
      { key: 'upserts', label: 'friends in lists/s' },
      { key: 'frames', label: 'frames/s' },
      { key: 'gatewayMs', label: 'gateway ms', digits: 1 },
      { key: 'gatewayOff', label: 'off', isShare: true },
      { key: 'locationMs', label: 'location ms', digits: 1 },
      { key: 'locationOff', label: 'off', isShare: true },
      { key: 'redisMs', label: 'Redis ms', digits: 1 },
      { key: 'redisOff', label: 'off', isShare: true },
    ],
    rows: seen.map((load) => Object.assign({ ...load }, ...KINDS.map((kind) => cells(kind, load))) as Row),
    notes: [
      'For unit-costs.json, µs:',
      figurePerReport('gatewayMicrosPerUpdate', perReport, perBatch),
      figure('gatewayMicrosPerMessage', perMessage),
      `${figure('gatewayMicrosPerDelivery', perDelivery)}, in the 10 M user reference case: ${perUpsert.toFixed(2)} per friend in a list + ${REFERENCE_FRAMES_PER_DELIVERY.toFixed(2)} × ${perFrame.toFixed(2)} per frame`,
      figurePerReport('locationMicrosPerUpdate', locationReport, locationBatch),
      figurePerReport('redisMicrosPerUpdate', redisReport, redisBatch),
      figure('redisMicrosPerMessage', redisMessage),
      `Whatever happens, per second: ${(perGateway / 1_000).toFixed(1)} ms of each gateway, ${(locationRest / 1_000).toFixed(1)} of location, ${(redisRest / 1_000).toFixed(1)} of Redis.`,
      `A gateway sends each location instance what it gathers for it in ${GATHER_SECONDS * 1_000} ms: many instances mean small batches, and a busy instance pays less for each than the idle one here.`,
    ],
  };
}
