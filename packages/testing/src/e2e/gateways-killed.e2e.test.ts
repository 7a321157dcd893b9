/** Both gateways are killed and start again under their old names; their clients name no device. */
import { expect, it } from '@jest/globals';
import { eventually } from '../plain/eventually.ts';
import { FERRY_BUILDING, north } from '../plain/places.ts';
import type { NearbyClient } from '../stack/nearby-client.ts';
import { useDeployment } from '../stack/use-deployment.ts';

const [ANN, BEN] = ['restart-ann', 'restart-ben'] as const;
const MOVED = north(FERRY_BUILDING, 700);

/** For a machine under load; nothing here is about how long it takes, only that it is less than 120 s (SHARING_SILENCE_MS). */
const PATIENCE_MS = 30_000;

const deployment = useDeployment();

const latitudeOf = (client: NearbyClient, friend: string) => client.list.get(friend)?.lat;

it('[L7] a client without a device shares with its first accepted report, and its friend sees the new place', async () => {
  await deployment.befriend([ANN, BEN]);
  // On both gateways: each client's connection has died with one of them.
  const ann = await deployment.signIn(ANN, { gateway: 0 });
  const ben = await deployment.signIn(BEN, { gateway: 1 });
  for (const client of [ann, ben]) {
    expect(await client.reportUntilKept(FERRY_BUILDING)).toMatchObject({ shared: true });
  }
  await eventually(() => expect(latitudeOf(ben, ANN)).toBeCloseTo(FERRY_BUILDING.lat, 6), PATIENCE_MS);
  // As long as its gateway runs, the first client shares.
  const second = await deployment.signIn(ANN, { gateway: 1 });
  expect(await second.reportUntilKept(MOVED)).toMatchObject({ shared: false });
  second.close();

  const { gateways } = deployment.stack;
  for (const gateway of gateways) gateway.kill();
  await Promise.all(gateways.map((gateway) => gateway.start()));
  await eventually(() => {
    for (const { connects, socket } of [ann, ben]) expect([connects > 1, socket.connected]).toEqual([true, true]);
  }, PATIENCE_MS);

  expect(await ben.reportUntilKept(FERRY_BUILDING)).toMatchObject({ shared: true });
  expect(await ann.reportUntilKept(MOVED)).toMatchObject({ shared: true });
  await eventually(() => expect(latitudeOf(ben, ANN)).toBeCloseTo(MOVED.lat, 6), PATIENCE_MS);
}, 120_000);
