/** `subscriptions`: how many channels are subscribed to, and how many messages Redis sends to gateways (goal 3). */
import { inactiveFriendsOf } from '../deploy/bench-database.ts';
import { makeGraph } from '../load/social-graph.ts';
import { redisFigures, serviceFigures } from '../measure/service-figures.ts';
import type { Trial } from '../measure/trial.ts';
import { atMost } from '../report/result.ts';
import { ACTIVE_FRIENDS, type BenchContext, intervalFor } from './bench-context.ts';
import type { Benchmark } from './benchmark.ts';

const USERS = 1_000;
/** As in the 10 M user reference case: a tenth of 400 is active. */
const INACTIVE_FRIENDS = 360;
const PER_CLIENT = 10;

export const subscriptions: Benchmark = {
  name: 'subscriptions',
  about: 'Redis subscriptions per gateway and active friend, and Redis messages per delivery (goal 3)',
  async run(context) {
    const graph = context.graph(context.clients(USERS));
    return await context.withTrial('ours', graph, (trial) => count(context, trial, graph.users), {
      people: { inactiveFriends: INACTIVE_FRIENDS },
    });
  },
};

async function count(context: BenchContext, trial: Trial, users: number): ReturnType<Benchmark['run']> {
  const { build } = trial;
  const { gateways, seconds } = context.settings;
  const graph = makeGraph(context.graph(users));
  const watched = pairsOfGateways(users, gateways, (viewer) => graph.friendsOf(viewer));
  const friends = await serviceFigures(build.gateways, 'nearby_friend_subscriptions');
  const { locationChannels, locationSubscriptions } = await redisFigures(build.redisUrl);
  const received = () => serviceFigures(build.gateways, 'nearby_friend_positions_received_total');
  let before = 0;
  let after = 0;
  const measured = await trial.measure({
    intervalMs: intervalFor(PER_CLIENT * users, graph.edges),
    seconds,
    meanwhile: async () => {
      before = await received();
      await new Promise((resolve) => setTimeout(resolve, seconds * 900));
      after = await received();
    },
  });
  const messagesPerDelivery = (after - before) / (measured.delivered * seconds * 0.9);
  const meanFriends = graph.edges / users;
  const away = (viewer: number): number[] => inactiveFriendsOf(viewer, users, INACTIVE_FRIENDS);
  const toAll = watched + pairsOfGateways(users, gateways, away);
  return {
    title: `${users} users with ${ACTIVE_FRIENDS} active friends and ${INACTIVE_FRIENDS} who are away, ${gateways} gateways`,
    columns: [
      { key: 'what', label: '' },
      { key: 'value', label: 'count', digits: 3 },
    ],
    rows: [
      { what: '(gateway, active friend) pairs', value: watched },
      { what: 'subscriptions to friends, by the gateways', value: friends },
      { what: 'subscriptions to positions, by Redis', value: locationSubscriptions },
      { what: 'channels of positions, by Redis', value: locationChannels },
      { what: 'subscriptions if all friends were subscribed to', value: toAll },
      { what: 'Redis messages per delivery', value: messagesPerDelivery },
    ],
    goals: [
      atMost(1, '3: subscriptions per (gateway, active friend)', locationSubscriptions / watched),
      atMost(0.1, '3: subscriptions, as a share of subscribing to all', locationSubscriptions / toAll),
      // The two counts are not taken at the same instant.
      atMost(
        1.05,
        '3: Redis messages per delivery, times active friends, per gateway',
        (messagesPerDelivery * meanFriends) / gateways,
      ),
    ],
  };
}

/** Clients are on the gateways in turn; a gateway subscribes once to each user who is a friend of one of its clients. */
function pairsOfGateways(users: number, gateways: number, friendsOf: (viewer: number) => Iterable<number>): number {
  const pairs = new Set<number>();
  for (let viewer = 0; viewer < users; viewer += 1) {
    for (const friend of friendsOf(viewer)) pairs.add(friend * gateways + (viewer % gateways));
  }
  return pairs.size;
}
