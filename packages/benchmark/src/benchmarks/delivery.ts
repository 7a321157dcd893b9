/** `delivery`: what one delivery costs at 70 % of what the idiomatic build carries with as many clients (goal 1, first half). */
import { measureFloor } from '../floor/measure-floor.ts';
import { type GraphShape, makeGraph } from '../load/social-graph.ts';
import { alternateRounds, sharesText } from './alternate-rounds.ts';
import { ACTIVE_FRIENDS, type BenchContext, type Benchmark, intervalFor } from './bench-context.ts';
import { knowIdiomaticHighest } from './highest.ts';
import { MEASUREMENT_COLUMNS, measurementRow } from './measurement-table.ts';
import { searchHighest } from './search-highest.ts';

const SHARE_OF_HIGHEST = 0.7;
const PER_CLIENT = 10;
/** Of the highest load with fewer clients: where it is searched for with more. */
const SEARCHED_FROM = 0.5;

export const delivery: Benchmark = {
  name: 'delivery',
  about: 'CPU per delivery at 70 % of the idiomatic build’s highest load, beside a bare write (goal 1)',
  async run(context) {
    const carried = await highestWithAsManyClients(context);
    const graph = graphAt(context, carried);
    const { edges } = makeGraph(graph);
    const comparison = await context.withTrials(['ours', 'sharded', 'classic'], graph, (trials) =>
      alternateRounds(context, trials, { intervalMs: intervalFor(PER_CLIENT * graph.users, edges) }),
    );
    const { summaries, idiomatic, share } = comparison;
    const bytes = Math.round(idiomatic.bytesPerDelivery);
    context.say('measuring bare writes');
    const floor = await measureFloor({
      sockets: graph.users,
      writesPerSecond: idiomatic.offered,
      bytes,
      seconds: context.settings.seconds,
    });
    return {
      name: 'delivery',
      title: `${graph.users} clients with ${ACTIVE_FRIENDS} active friends each, everybody near, ${PER_CLIENT} deliveries/s per client, ${context.settings.gateways} gateways; median of ${context.settings.rounds} rounds`,
      columns: MEASUREMENT_COLUMNS,
      rows: [
        ...summaries.map(measurementRow),
        { build: `bare write of ${bytes} bytes, Node`, offered: idiomatic.offered, cost: floor.node },
        ...(floor.c === null
          ? []
          : [{ build: `bare write of ${bytes} bytes, C`, offered: idiomatic.offered, cost: floor.c }]),
      ],
      goals: [
        {
          goal: '1: CPU per delivery at 70 % of the idiomatic build’s highest, as a share of the idiomatic build’s',
          value: share,
          bound: 1 / 3,
          sense: 'at most',
        },
      ],
      notes: [
        `With about as many clients the idiomatic build carries ${Math.round(carried)} deliveries/s.`,
        sharesText(comparison),
        ...(floor.c === null ? ['A bare write from C was not measured, since there is no C compiler.'] : []),
      ],
      charts: [],
    };
  },
};

/** As many users as make up the measured share of the highest load. */
function graphAt(context: BenchContext, highest: number): GraphShape {
  return context.graph(Math.max(50, Math.round((SHARE_OF_HIGHEST * highest) / PER_CLIENT)));
}

/**
 * The idiomatic build's highest load (deliveries/s) with about as many clients as are measured. More clients, each with
 * less to do, cost it more: at 70 % of what it carries with few of them it may be past its end, where it is late and cheap.
 */
async function highestWithAsManyClients(context: BenchContext): Promise<number> {
  const known = context.settings.idiomaticHighest;
  if (known !== undefined) return known;
  const ofFew = await knowIdiomaticHighest(context);
  const graph = graphAt(context, ofFew);
  const { edges } = makeGraph(graph);
  context.say(`searching for the highest load of the idiomatic build with ${graph.users} clients`);
  const { highest } = await context.withTrials(['sharded'], graph, async ([trial]) => {
    if (trial === undefined) throw new Error('a trial was not opened');
    return await searchHighest(context, trial, edges, SEARCHED_FROM * ofFew);
  });
  // Not even half of it was carried in that moment: then the first figure is all there is.
  return highest?.result.offered ?? ofFew;
}
