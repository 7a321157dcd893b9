/** `highest`: how much each build carries before deliveries come late, and what one costs on the way there (goal 2). */
import type { BuildKind } from '../deploy/deployed-build.ts';
import { BUILD_TITLES } from '../deploy/deployed-build.ts';
import { measureFloor } from '../floor/measure-floor.ts';
import { type GraphShape, makeGraph } from '../load/social-graph.ts';
import type { HighestFound } from '../measure/find-highest.ts';
import { isSustained, type Measurement } from '../measure/measurement.ts';
import { atLeast, atMost, type Chart, type GoalCheck } from '../report/result.ts';
import { ACTIVE_FRIENDS, type BenchContext, type IdiomaticHighest } from './bench-context.ts';
import type { Benchmark } from './benchmark.ts';
import { MEASUREMENT_COLUMNS, measurementRow } from './measurement-table.ts';
import { searchHighest } from './search-highest.ts';

export const CLIENTS_OF_HIGHEST = 4_000;

type Found = HighestFound<Measurement> & { readonly kind: BuildKind };

export const highest: Benchmark = {
  name: 'highest',
  about: 'the highest load each build sustains, and cost and p99 over load (goal 2)',
  async run(context) {
    const graph = context.graph(context.clients(CLIENTS_OF_HIGHEST));
    const { edges } = makeGraph(graph);
    const search = (kind: BuildKind, near?: number): Promise<Found> =>
      context.withTrial(kind, graph, async (trial) => ({
        kind,
        ...(await searchHighest(context, trial, edges, near)),
      }));
    const sharded = await search('sharded');
    // Where the one ends the other is tried: the better of the two counts.
    const classic = await search('classic', sharded.highest?.load);
    const ours = await search('ours');
    const idiomatic = [sharded, classic].sort((a, b) => loadOf(b) - loadOf(a))[0] ?? sharded;
    if (idiomatic.highest !== null) context.idiomatic = { kind: idiomatic.kind, highest: loadOf(idiomatic) };
    const best = idiomatic.highest?.result;
    const floor = await measureFloor({
      sockets: graph.users,
      writesPerSecond: best?.offered ?? 1_000,
      bytes: Math.round(best?.bytesPerDelivery ?? 100),
      seconds: context.settings.seconds,
    });
    const found = [sharded, classic, ours];
    return {
      title: `${graph.users} clients with ${ACTIVE_FRIENDS} active friends each, all near, ${context.settings.gateways} gateways; the load was raised until more than 1 % came late: later than 300 ms (idiomatic), than the flush interval + 50 ms (nearby-friends)`,
      columns: [...MEASUREMENT_COLUMNS, { key: 'sustained', label: 'sustained' }],
      rows: found.flatMap(({ steps, highest: top }) =>
        steps.map(({ result }) => ({
          ...measurementRow(result),
          sustained: result === top?.result ? 'highest' : isSustained(result) ? 'yes' : 'no',
        })),
      ),
      goals: goalsOf(ours, idiomatic, floor),
      notes: [
        `One bare write of ${Math.round(best?.bytesPerDelivery ?? 100)} bytes at the idiomatic build's highest load: ${floor.node.toFixed(1)} µs through Node, ${floor.c === null ? 'from C not measured, since there is no C compiler' : `${floor.c.toFixed(1)} µs from C`}.`,
        'All processes share the machine, the load among them: on more cores each build carries more.',
        'In the charts a p99 above 2,000 ms is drawn at 2,000, and a load of which half or more went missing is left out; the table has them all.',
      ],
      charts: chartsOf(found),
    };
  },
};

function loadOf({ highest: top }: Found): number {
  return top?.result.offered ?? 0;
}

function goalsOf(ours: Found, idiomatic: Found, floor: { node: number; c: number | null }): GoalCheck[] {
  if (ours.highest === null || idiomatic.highest === null) return [];
  const [our, their] = [ours.highest.result, idiomatic.highest.result];
  return [
    atLeast(5, '2: highest sustained load, as a multiple of the idiomatic build’s', our.offered / their.offered),
    atMost(
      1 / 5,
      '2: CPU per delivery there, as a share of the idiomatic build’s at its own highest',
      our.cost / their.cost,
    ),
    atMost(
      1,
      `2: CPU per delivery there, as a share of one bare write (${floor.c === null ? 'Node' : 'C'})`,
      our.cost / (floor.c ?? floor.node),
    ),
  ];
}

function chartsOf(found: readonly Found[]): Chart[] {
  const series = (pick: (measured: Measurement) => number): Chart['series'] =>
    found.map(({ kind, steps }) => ({
      label: BUILD_TITLES[kind],
      points: steps
        .filter(({ result }) => result.missing < 0.5)
        .map(({ result }) => [result.offered, pick(result)] as const)
        .sort(([a], [b]) => a - b),
    }));
  const xLabel = 'deliveries per second offered';
  return [
    {
      name: 'cost-over-load',
      title: 'CPU per delivery over load',
      xLabel,
      yLabel: 'µs of CPU, all processes but Redis',
      series: series(({ cost }) => cost),
    },
    {
      name: 'p99-over-load',
      title: 'p99 of the latency over load',
      xLabel,
      yLabel: 'ms from the intended send time',
      series: series(({ p99 }) => Math.min(p99, 2_000)),
    },
  ];
}

/** The better idiomatic build and its highest load: known from before, or searched for now with the sharded adapter. */
export async function findIdiomaticHighest(context: BenchContext): Promise<IdiomaticHighest> {
  if (context.idiomatic !== undefined) return context.idiomatic;
  context.log('searching for the highest load of the idiomatic build; --idiomatic-highest N leaves that out');
  const load = await searchIdiomatic(context, 'sharded', context.graph(context.clients(CLIENTS_OF_HIGHEST)));
  if (load === undefined) throw new Error('the idiomatic build carries not even the first load of the search');
  context.idiomatic = { kind: 'sharded', highest: load };
  return context.idiomatic;
}

/** Deliveries/s; undefined when it does not carry `near`, or the first load of the search. */
export async function searchIdiomatic(
  context: BenchContext,
  kind: BuildKind,
  graph: GraphShape,
  near?: number,
): Promise<number | undefined> {
  const { edges } = makeGraph(graph);
  const { highest: top } = await context.withTrial(kind, graph, (trial) => searchHighest(context, trial, edges, near));
  return top?.result.offered;
}
