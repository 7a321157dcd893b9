/** `delivery`: what one delivery costs at 70 % of what the idiomatic build carries at all (goal 1, first half). */
import { measureFloor } from '../floor/measure-floor.ts';
import { makeGraph } from '../load/social-graph.ts';
import { alternateRounds, sharesText } from './alternate-rounds.ts';
import { ACTIVE_FRIENDS, type Benchmark, intervalFor } from './bench-context.ts';
import { knowIdiomaticHighest } from './highest.ts';
import { MEASUREMENT_COLUMNS, measurementRow } from './measurement-table.ts';

const SHARE_OF_HIGHEST = 0.7;
const PER_CLIENT = 10;

export const delivery: Benchmark = {
  name: 'delivery',
  about: 'CPU per delivery at 70 % of the idiomatic build’s highest load, beside a bare write (goal 1)',
  async run(context) {
    const load = SHARE_OF_HIGHEST * (await knowIdiomaticHighest(context));
    const graph = context.graph(Math.max(50, Math.round(load / PER_CLIENT)));
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
        sharesText(comparison),
        ...(floor.c === null ? ['A bare write from C was not measured, since there is no C compiler.'] : []),
      ],
      charts: [],
    };
  },
};
