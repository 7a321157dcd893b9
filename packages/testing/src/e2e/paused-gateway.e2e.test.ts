/**
 * A gateway stands still and continues: what waited for it meanwhile is not taken for a position of now. Both the fence of
 * rights and the watch for pauses see to that, so that only without both the test fails.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { LOCATION_UPDATE, type LocationUpdateAck } from '@nearby-friends/protocol';
import { eventually } from '../plain/eventually.ts';
import { FERRY_BUILDING, north } from '../plain/places.ts';
import { ApiClient } from '../stack/api-client.ts';
import { useDeployment } from '../stack/use-deployment.ts';

const [ANN, BEN] = ['standstill-ann', 'standstill-ben'] as const;
const SECRET = north(FERRY_BUILDING, 300);
const LATER = north(FERRY_BUILDING, 600);
/** Longer than a pause that is no fault. */
const STOPPED_MS = 6_000;

const deployment = useDeployment();
const api = new ApiClient(deployment);

it('[G7] a report that waited for it through a pause of its user is refused, and the next one counts', async () => {
  await deployment.befriend([ANN, BEN]);
  const ann = await deployment.signIn(ANN, { gateway: 0 });
  const ben = await deployment.signIn(BEN, { gateway: 1 });
  expect(await ben.report(FERRY_BUILDING)).toMatchObject({ ok: true });
  expect(await ann.report(FERRY_BUILDING)).toMatchObject({ ok: true });
  await eventually(() => expect(ben.friendIds).toEqual([ANN]));

  const seen: (number | undefined)[] = [];
  const watch = () => seen.push(ben.list.get(ANN)?.lat);
  ben.socket.onAny(() => setImmediate(watch));

  const [gateway] = deployment.stack.gateways;
  if (!gateway) throw new Error('there is no gateway');
  process.kill(gateway.pid, 'SIGSTOP');
  let waited: Promise<LocationUpdateAck>;
  try {
    // Its user has paused when it is sent, and has resumed when the gateway continues.
    await api.call(ANN, 'PUT', '/me/sharing', { paused: true });
    await eventually(() => expect(ben.friendIds).toEqual([]));
    waited = ann.socket.emitWithAck(LOCATION_UPDATE, SECRET);
    await delay(STOPPED_MS);
    await api.call(ANN, 'PUT', '/me/sharing', { paused: false });
  } finally {
    process.kill(gateway.pid, 'SIGCONT');
  }
  expect(await waited).toMatchObject({ ok: false, code: 'unavailable', retryable: true });

  await eventually(async () => expect(await ann.report(LATER)).toMatchObject({ ok: true }));
  await eventually(() => expect(ben.list.get(ANN)?.lat).toBeCloseTo(LATER.lat, 6));
  expect(seen.filter((lat) => lat !== undefined && Math.abs(lat - SECRET.lat) < 1e-6)).toEqual([]);
});
