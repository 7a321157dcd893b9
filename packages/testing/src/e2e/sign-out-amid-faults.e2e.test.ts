/** A user ends sharing while a gateway stands still, or Redis loses its memory. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it } from '@jest/globals';
import { LOCATION_UPDATE } from '@nearby-friends/protocol';
import { eventually } from '../plain/eventually.ts';
import { FERRY_BUILDING, north } from '../plain/places.ts';
import { ApiClient } from '../stack/api-client.ts';
import type { NearbyClient } from '../stack/nearby-client.ts';
import { useDeployment } from '../stack/use-deployment.ts';

const [ANN, BEN, EVA, LIGHT] = ['end-ann', 'end-ben', 'end-eva', 'end-light'] as const;

/** More than EXPIRY_GRACE_MS of the gateway. */
const GRACE_MS = 2_500;

const deployment = useDeployment();
const api = new ApiClient(deployment);

let placed = 0;

afterEach(() => deployment.closeClients());

/** Resolves when these viewers have what they are sent: they see a report of the light that was made after this call. */
async function untilSent(light: NearbyClient, viewers: readonly NearbyClient[]): Promise<void> {
  const place = north(FERRY_BUILDING, ++placed * 50);
  await eventually(async () => {
    // Repeated: none is shown from before an epoch that begins in doubt, which Redis' loss may cause (G8).
    await light.reportUntilKept(place);
    for (const viewer of viewers) expect(viewer.list.get(LIGHT)?.lat).toBeCloseTo(place.lat, 6);
  });
}

it('[L5] while its viewers’ gateway stands and Redis forgets: is on no list, open or new, until the next report', async () => {
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
  await eventually(async () => {
    await returned.reportUntilKept(FERRY_BUILDING);
    for (const { friendIds } of [ben, eva]) expect([...friendIds].sort()).toEqual([ANN, LIGHT]);
  });
}, 120_000);

/** Ann is seen by Ben, each on a gateway of their own. */
async function enter() {
  await deployment.befriend([ANN, BEN], [LIGHT, BEN]);
  const ann = await deployment.signIn(ANN, { gateway: 0 });
  const light = await deployment.signIn(LIGHT, { gateway: 0 });
  const ben = await deployment.signIn(BEN, { gateway: 1 });
  for (const client of [ben, light]) expect(await client.reportUntilKept(FERRY_BUILDING)).toMatchObject({ ok: true });
  await untilSeen(ann, ben);
  return { ann, ben, light };
}

const untilSeen = (ann: NearbyClient, ben: NearbyClient) =>
  eventually(async () => {
    await ann.reportUntilKept(FERRY_BUILDING);
    expect(ben.friendIds).toContain(ANN);
  });

const endSharing = () => api.call(ANN, 'POST', '/me/sign-out', { everywhere: false, stopSharing: true });

it('[L5] while its own gateway stands for a moment: what waited there is not shown', async () => {
  const { ann, ben, light } = await enter();
  const withheldFrom = async () => {
    const { withheld } = (await api.call(ANN, 'GET', '/me/export')) as { withheld: { fromAll: number | null } };
    return withheld.fromAll;
  };
  const [gateway] = deployment.stack.gateways;
  if (!gateway) throw new Error('there is no gateway');
  for (let round = 0; round < 5; round++) {
    await untilSeen(ann, ben);
    const before = await withheldFrom();
    const secret = north(FERRY_BUILDING, 700 + round);
    process.kill(gateway.pid, 'SIGSTOP');
    let waited: Promise<unknown>;
    let ended: Promise<unknown>;
    try {
      waited = ann.socket.emitWithAck(LOCATION_UPDATE, secret);
      ended = endSharing();
      await eventually(async () => expect(await withheldFrom()).not.toBe(before));
    } finally {
      process.kill(gateway.pid, 'SIGCONT');
    }
    await Promise.all([waited, ended]);
    await untilSent(light, [ben]);
    expect([round, ben.friendIds]).toEqual([round, [LIGHT]]);
  }
}, 120_000);

it('[L5] and Redis forgets: friends who stay connected see the next reports', async () => {
  const { ann, ben, light } = await enter();
  const { redis } = deployment.stack;
  if (!redis) throw new Error('there is no Redis');
  for (let round = 0; round < 3; round++) {
    await endSharing();
    await redis.kill();
    await redis.restart();
    await untilSent(light, [ben]);
    expect([round, ben.friendIds]).toEqual([round, [LIGHT]]);
    // Longer than the pause before the end of a friend's sharing is confirmed.
    await delay(GRACE_MS);
    await untilSeen(ann, ben);
  }
}, 120_000);
