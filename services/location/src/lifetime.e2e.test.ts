/** A position that lives longer than the TTL, through all services, with a TTL of a few seconds. */
import { afterEach, expect, it } from '@jest/globals';
import { connectRedis, openRedis, type Redis } from '@nearby-friends/bus';
import { encodePositionBody, locationKey, parseUserId } from '@nearby-friends/protocol';
import { DEFAULT_REDIS_PREFIX, silentLogger } from '@nearby-friends/service-kit';
import { useDeployment } from '@nearby-friends/testing';
import { eventually } from '@nearby-friends/testing/eventually';
import { FERRY_BUILDING, north } from '@nearby-friends/testing/places';
import { timeOf } from './test-support/redis-of-test.ts';
import { useServices } from './test-support/services-of-test.ts';

const TTL_SECONDS = 3;
const LIFETIME_SECONDS = 900;
/** What S4 allows, and a sign-on before it. */
const SEEN_MS = 15_000;
const PIA = parseUserId('pia');

// In this order: what the test started ends before the deployment does.
const services = useServices();
const deployment = useDeployment({ positionTtlSeconds: TTL_SECONDS });

const connections: Redis[] = [];
afterEach(() => {
  for (const redis of connections.splice(0)) redis.disconnect();
});

async function connect(): Promise<Redis> {
  const redis = openRedis({
    url: deployment.stack.redisUrl,
    purpose: 'commands',
    role: 'test',
    prefix: DEFAULT_REDIS_PREFIX,
    logger: silentLogger,
  });
  connections.push(redis);
  await connectRedis(redis);
  return redis;
}

it('[L2] [S4] [S5] a friend whose device asks for it stays when others go, is announced so, and outlives a loss of memory', async () => {
  await deployment.befriend(['ann', 'pia'], ['ann', 'sam'], ['bea', 'pia']);
  const redis = await connect();
  const phone = await services.startCaller(deployment.stack.redisUrl);
  const ann = await deployment.signIn('ann', { gateway: 0 });
  const sam = await deployment.signIn('sam', { gateway: 1 });
  await ann.reportUntilKept(FERRY_BUILDING);

  const at = await timeOf(redis);
  const body = encodePositionBody(north(FERRY_BUILDING, 100), undefined, LIFETIME_SECONDS);
  expect((await phone.record({ user: PIA, at, body })).outcome).toBe('stored');
  await sam.reportUntilKept(north(FERRY_BUILDING, 200));
  await eventually(() => expect(ann.friendIds).toEqual(['pia', 'sam']), SEEN_MS);
  expect(ann.friends.map(({ staysVisibleSeconds }) => staysVisibleSeconds)).toStrictEqual([
    LIFETIME_SECONDS,
    undefined,
  ]);
  // Pia's position is the older one.
  await eventually(() => expect(ann.friendIds).toEqual(['pia']), SEEN_MS);

  await redis.flushall();
  const end = () => redis.pexpiretime(locationKey(PIA));
  await eventually(async () => expect(await end()).toBe(at + LIFETIME_SECONDS * 1000), SEEN_MS);
  const bea = await deployment.signIn('bea', { gateway: 1 });
  await bea.reportUntilKept(FERRY_BUILDING);
  await eventually(
    () => expect(bea.friends).toMatchObject([{ id: 'pia', staysVisibleSeconds: LIFETIME_SECONDS }]),
    SEEN_MS,
  );
  expect(ann.friendIds).toEqual(['pia']);
}, 90_000);
