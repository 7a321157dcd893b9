/** A user ends sharing while a gateway stands still, and Redis loses its memory before that gateway continues. */
import { expect, it } from '@jest/globals';
import { eventually } from '../plain/eventually.ts';
import { FERRY_BUILDING, north } from '../plain/places.ts';
import { ApiClient } from '../stack/api-client.ts';
import type { NearbyClient } from '../stack/nearby-client.ts';
import { useDeployment } from '../stack/use-deployment.ts';

const [ANN, BEN, EVA, LIGHT] = ['end-ann', 'end-ben', 'end-eva', 'end-light'] as const;

const deployment = useDeployment();
const api = new ApiClient(deployment);

let placed = 0;

/** Resolves when these viewers have what they are sent: they see a report of the light that was made after this call. */
async function untilSent(light: NearbyClient, viewers: readonly NearbyClient[]): Promise<void> {
  const place = north(FERRY_BUILDING, ++placed * 50);
  expect(await light.reportUntilKept(place)).toMatchObject({ ok: true });
  await eventually(() => {
    for (const viewer of viewers) expect(viewer.list.get(LIGHT)?.lat).toBeCloseTo(place.lat, 6);
  });
}

it('[L5] is on no list afterwards, neither on open ones nor on new ones, until the next report', async () => {
  await deployment.befriend([ANN, BEN], [ANN, EVA], [LIGHT, BEN], [LIGHT, EVA]);
  const ann = await deployment.signIn(ANN, { gateway: 0 });
  const light = await deployment.signIn(LIGHT, { gateway: 0 });
  const ben = await deployment.signIn(BEN, { gateway: 1 });
  for (const client of [ann, ben, light]) {
    expect(await client.reportUntilKept(FERRY_BUILDING)).toMatchObject({ ok: true });
  }
  await eventually(() => expect([...ben.friendIds].sort()).toEqual([ANN, LIGHT]));

  const { redis, gateways } = deployment.stack;
  const viewersGateway = gateways[1];
  if (!viewersGateway || !redis) throw new Error('there is no gateway, or no Redis');
  process.kill(viewersGateway.pid, 'SIGSTOP');
  try {
    await api.call(ANN, 'POST', '/me/sign-out', { everywhere: false, stopSharing: true });
    ann.close();
    await redis.kill();
    await redis.restart();
  } finally {
    process.kill(viewersGateway.pid, 'SIGCONT');
  }

  await untilSent(light, [ben]);
  expect(ben.friendIds).toEqual([LIGHT]);
  const eva = await deployment.signIn(EVA, { gateway: 0 });
  expect(await eva.reportUntilKept(FERRY_BUILDING)).toMatchObject({ ok: true });
  await untilSent(light, [ben, eva]);
  expect([ben.friendIds, eva.friendIds]).toEqual([[LIGHT], [LIGHT]]);

  const returned = await deployment.signIn(ANN, { gateway: 0 });
  expect(await returned.reportUntilKept(FERRY_BUILDING)).toMatchObject({ ok: true });
  await eventually(() => {
    for (const { friendIds } of [ben, eva]) expect([...friendIds].sort()).toEqual([ANN, LIGHT]);
  });
}, 120_000);
