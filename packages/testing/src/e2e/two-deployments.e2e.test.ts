/** Two deployments on one Redis, told apart by REDIS_PREFIX alone, have the same users and know nothing of each other. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Redis, startRedis } from '@nearby-friends/local-stack';
import { eventually } from '../plain/eventually.ts';
import { FERRY_BUILDING, north } from '../plain/places.ts';
import { ApiClient } from '../stack/api-client.ts';
import { Deployment } from '../stack/deployment.ts';

let redis: Redis;
let deployments: readonly [Deployment, Deployment];

beforeAll(async () => {
  redis = await startRedis();
  const named = (prefix: string) =>
    new Deployment({
      redisUrl: redis.url,
      gateways: 1,
      locations: 1,
      friendGraphs: 1,
      env: { all: { REDIS_PREFIX: prefix } },
    });
  deployments = [named('first'), named('second')];
  for (const deployment of deployments) await deployment.start();
}, 120_000);
afterAll(async () => {
  for (const deployment of deployments ?? []) await deployment.stop();
  await redis?.stop();
}, 60_000);

it('neither positions nor changes of rights nor notices reach the other one', async () => {
  const [first, second] = await Promise.all(
    deployments.map(async (deployment, i) => {
      await deployment.befriend(['ann', 'bob']);
      const [ann, bob] = [await deployment.signIn('ann'), await deployment.signIn('bob')];
      await ann.reportUntilKept(FERRY_BUILDING);
      await bob.reportUntilKept(north(FERRY_BUILDING, 100 * (i + 1)));
      await eventually(() => expect([ann.friendIds, bob.friendIds]).toEqual([['bob'], ['ann']]));
      return { ann, bob, api: new ApiClient(deployment) };
    }),
  );
  if (!first || !second) throw new Error('two are needed');
  const distance = ({ ann }: typeof first) => Math.round(ann.list.get('bob')?.distance ?? -1);
  expect([distance(first), distance(second)]).toEqual([100, 200]);

  await first.bob.report(north(FERRY_BUILDING, 300));
  await eventually(() => expect(distance(first)).toBe(300));
  await first.api.call('bob', 'PUT', '/me/sharing', { paused: true });
  await eventually(() => expect(first.ann.friendIds).toEqual([]));
  await first.api.call('bob', 'DELETE', '/friends/ann');
  await eventually(() => expect(first.ann.friendsChanged).toEqual([{ kind: 'removed', userId: 'bob' }]));

  // What the first one published has come by now, if it comes at all: the second one's own later position has.
  await second.bob.report(north(FERRY_BUILDING, 400));
  await eventually(() => expect(distance(second)).toBe(400));
  expect([second.ann.friendIds, second.ann.friendsChanged]).toEqual([['bob'], []]);
  await first.ann.report(north(FERRY_BUILDING, 50));
  await second.bob.report(north(FERRY_BUILDING, 450));
  await eventually(() => expect([distance(second), second.bob.friendIds]).toEqual([450, ['ann']]));
  await first.api.call('bob', 'DELETE', '/me');
  await second.bob.report(north(FERRY_BUILDING, 500));
  await eventually(() => expect(distance(second)).toBe(500));
});
