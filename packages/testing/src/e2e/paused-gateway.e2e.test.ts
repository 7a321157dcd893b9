/**
 * A gateway stands still and continues: what waited for it meanwhile is not taken for a position of now. After a long stand
 * both the fence of rights and the watch for pauses see to that, so that only without both that test fails.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it } from '@jest/globals';
import { LOCATION_UPDATE, type LocationUpdateAck } from '@nearby-friends/protocol';
import { eventually } from '../plain/eventually.ts';
import { FERRY_BUILDING, north } from '../plain/places.ts';
import { ApiClient } from '../stack/api-client.ts';
import type { NearbyClient } from '../stack/nearby-client.ts';
import { useDeployment } from '../stack/use-deployment.ts';

const [ANN, BEN] = ['standstill-ann', 'standstill-ben'] as const;
const SECRET = north(FERRY_BUILDING, 300);
const LATER = north(FERRY_BUILDING, 600);
/** Longer than a pause that is no fault. */
const STOPPED_MS = 6_000;
/** Shorter, and longer than a busy process stalls. */
const STALLED_MS = 1_700;

const deployment = useDeployment();
const api = new ApiClient(deployment);

interface Scene {
  readonly ann: NearbyClient;
  readonly ben: NearbyClient;
  readonly gateway: { readonly pid: number };
  /** Where Ben has seen Ann. */
  readonly seen: readonly (number | undefined)[];
}

/** Ann on the gateway that will stand, and her friend on the other one. */
async function enter(): Promise<Scene> {
  await deployment.befriend([ANN, BEN]);
  const ann = await deployment.signIn(ANN, { gateway: 0 });
  const ben = await deployment.signIn(BEN, { gateway: 1 });
  expect(await ben.reportUntilKept(FERRY_BUILDING)).toMatchObject({ ok: true });
  expect(await ann.reportUntilKept(FERRY_BUILDING)).toMatchObject({ ok: true });
  await eventually(() => expect(ben.friendIds).toEqual([ANN]));
  const seen: (number | undefined)[] = [];
  ben.socket.onAny(() => setImmediate(() => seen.push(ben.list.get(ANN)?.lat)));
  const [gateway] = deployment.stack.gateways;
  if (!gateway) throw new Error('there is no gateway');
  return { ann, ben, gateway, seen };
}

const hasSeen = (seen: Scene['seen'], { lat }: { lat: number }) =>
  seen.some((each) => each !== undefined && Math.abs(each - lat) < 1e-6);

afterEach(() => deployment.closeClients());

it('[G7] a report that waited for it through a pause of its user is refused, and the next one counts', async () => {
  const { ann, ben, gateway, seen } = await enter();
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
  expect(hasSeen(seen, SECRET)).toBe(false);
});

it('[G7] after a shorter stand it counts as of its beginning, so that the pause withholds it', async () => {
  const { ann, ben, gateway, seen } = await enter();
  const sharing = (paused: boolean) =>
    eventually(async () => {
      expect(await api.call(ANN, 'GET', '/me/sharing')).toMatchObject({ paused });
    });
  process.kill(gateway.pid, 'SIGSTOP');
  const calls: Promise<unknown>[] = [];
  let waited: Promise<LocationUpdateAck>;
  try {
    // Not confirmed before the gateway continues, but stored.
    calls.push(api.call(ANN, 'PUT', '/me/sharing', { paused: true }));
    await sharing(true);
    waited = ann.socket.emitWithAck(LOCATION_UPDATE, SECRET);
    await delay(STALLED_MS);
    calls.push(api.call(ANN, 'PUT', '/me/sharing', { paused: false }));
    await sharing(false);
  } finally {
    process.kill(gateway.pid, 'SIGCONT');
  }
  // On a slow machine it has become a long stand, after which it is refused.
  await waited;
  await Promise.all(calls);

  // What is read within a second after it may have waited as well.
  await eventually(async () => {
    await ann.reportUntilKept(LATER);
    expect(ben.list.get(ANN)?.lat).toBeCloseTo(LATER.lat, 6);
  });
  expect(hasSeen(seen, SECRET)).toBe(false);
});
