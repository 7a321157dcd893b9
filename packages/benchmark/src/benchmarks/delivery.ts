/** `delivery`: what one delivery costs at 70 % of what the idiomatic build carries with as many clients (goal 1, first half). */
import type { BuildKind } from '../deploy/deployed-build.ts';
import { measureFloor } from '../floor/measure-floor.ts';
import { type GraphShape, makeGraph } from '../load/social-graph.ts';
import { atMost } from '../report/result.ts';
import { alternateRounds, sharesText } from './alternate-rounds.ts';
import { ACTIVE_FRIENDS, type BenchContext, intervalFor } from './bench-context.ts';
import type { Benchmark } from './benchmark.ts';
import { CLIENTS_OF_HIGHEST, findIdiomaticHighest, searchIdiomatic } from './highest.ts';
import { MEASUREMENT_COLUMNS, measurementRow } from './measurement-table.ts';

const SHARE_OF_HIGHEST = 0.7;
const PER_CLIENT = 10;
const BOUND = 1 / 3;
/** Measured with at most this share more or fewer clients, what `highest` has found holds for them. */
const ABOUT_AS_MANY = 0.25;
/** Of what `highest` has found: where it is searched for with another number of clients. */
const SEARCHED_FROM = 0.5;
const BOTH: readonly BuildKind[] = ['sharded', 'classic'];

export const delivery: Benchmark = {
  name: 'delivery',
  about: 'CPU per delivery at 70 % of the idiomatic build’s highest load, beside a bare write (goal 1)',
  async run(context) {
    const { kinds, carried } = await findOpponents(context);
    const graph = graphAt(context, carried);
    const { edges } = makeGraph(graph);
    const comparison = await context.withTrials(['ours', ...kinds], graph, (trials) =>
      alternateRounds(context, trials, { intervalMs: intervalFor(PER_CLIENT * graph.users, edges), bound: BOUND }),
    );
    const { summaries, idiomatic, share } = comparison;
    const bytes = Math.round(idiomatic.bytesPerDelivery);
    context.log('measuring bare writes');
    const floor = await measureFloor({
      sockets: graph.users,
      writesPerSecond: idiomatic.offered,
      bytes,
      seconds: context.settings.seconds,
    });
    return {
      title: `${graph.users} clients with ${ACTIVE_FRIENDS} active friends each, all near, ${PER_CLIENT} deliveries/s per client, ${context.settings.gateways} gateways; median of ${comparison.shares.length} rounds`,
      columns: MEASUREMENT_COLUMNS,
      rows: [
        ...summaries.map(measurementRow),
        { build: `bare write of ${bytes} bytes, Node`, offered: idiomatic.offered, cost: floor.node },
        ...(floor.c === null
          ? []
          : [{ build: `bare write of ${bytes} bytes, C`, offered: idiomatic.offered, cost: floor.c }]),
      ],
      goals: [
        atMost(
          BOUND,
          '1: CPU per delivery at 70 % of the idiomatic build’s highest, as a share of the idiomatic build’s',
          share,
        ),
      ],
      notes: [
        `With about as many clients the idiomatic build carries ${Math.round(carried)} deliveries/s.`,
        sharesText(comparison),
        ...(floor.c === null ? ['A bare write from C was not measured, since there is no C compiler.'] : []),
      ],
    };
  },
};

/** As many users as make up the measured share of the highest load. */
function graphAt(context: BenchContext, highest: number): GraphShape {
  return context.graph(Math.max(50, Math.round((SHARE_OF_HIGHEST * highest) / PER_CLIENT)));
}

/**
 * The idiomatic builds to be held against, and what they carry (deliveries/s) with about as many clients as are measured.
 * More clients, each with less to do, cost them more: at 70 % of what they carry with few of them they may be past their
 * end, where they are late and cheap. `highest` has compared both adapters; without it both are measured here.
 */
async function findOpponents(context: BenchContext): Promise<{ kinds: readonly BuildKind[]; carried: number }> {
  const given = context.settings.idiomaticHighest;
  if (given !== undefined) return { kinds: BOTH, carried: given };
  const kinds = context.idiomatic === undefined ? BOTH : [context.idiomatic.kind];
  const { kind, highest } = await findIdiomaticHighest(context);
  const graph = graphAt(context, highest);
  const searchedWith = context.clients(CLIENTS_OF_HIGHEST);
  if (Math.abs(graph.users / searchedWith - 1) <= ABOUT_AS_MANY) return { kinds, carried: highest };
  context.log(`searching for the highest load of the idiomatic build with ${graph.users} clients`);
  // When not even half of it is carried in that moment, the first figure is all there is.
  return { kinds, carried: (await searchIdiomatic(context, kind, graph, SEARCHED_FROM * highest)) ?? highest };
}
