/** What a user sees and does about the devices that report for it, with all services. */
import { describe, expect, it } from '@jest/globals';
import { eventually } from '../plain/eventually.ts';
import { FERRY_BUILDING } from '../plain/places.ts';
import { ApiClient } from '../stack/api-client.ts';
import { BackgroundApp } from '../stack/background-app.ts';
import { useDeployment } from '../stack/use-deployment.ts';

const deployment = useDeployment({ gateways: 2, locations: 1, friendGraphs: 2, ingests: 1 });
const api = new ApiClient(deployment);
const HERE = { lat: 37.7955, lon: -122.3937 };
/** What is promised for the end of sharing. */
const SOON_MS = 1_000;

interface ListedDevice {
  id: string;
  kind: string | null;
  lastSeenAt: number | null;
  isSharing: boolean | null;
}
const devicesOf = async (user: string) =>
  ((await api.call(user, 'GET', '/me/devices')) as { items: ListedDevice[] }).items;

describe('[L8] a registered device', () => {
  it('that shares is listed as such, and takes its user off all lists when it is removed', async () => {
    await deployment.befriend(['ann', 'bob']);
    const bob = await deployment.signIn('bob', { gateway: 1 });
    await bob.reportUntilKept(FERRY_BUILDING);
    const phone = await BackgroundApp.register(deployment, api, 'ann');
    const tablet = await BackgroundApp.register(deployment, api, 'ann');
    await phone.reportOwnTracks(HERE);
    await tablet.reportOwnTracks(HERE);
    await eventually(() => expect(bob.friendIds).toEqual(['ann']));
    await eventually(async () => {
      const seen = expect.any(Number);
      expect(await devicesOf('ann')).toMatchObject([
        { id: phone.id, kind: 'owntracks', lastSeenAt: seen, isSharing: true },
        { id: tablet.id, kind: 'owntracks', lastSeenAt: seen, isSharing: false },
      ]);
    });

    await api.call('ann', 'DELETE', `/me/devices/${tablet.id}`);
    // Received after everything that the removal could have caused.
    const { at = 0 } = bob.list.get('ann') ?? {};
    await phone.reportOwnTracks({ ...HERE, lat: HERE.lat + 0.001 });
    await eventually(() => expect(bob.list.get('ann')?.at).toBeGreaterThan(at));
    await api.call('ann', 'DELETE', `/me/devices/${phone.id}`);
    await eventually(() => expect(bob.friendIds).toEqual([]), SOON_MS);
    const later = await deployment.signIn('bob', { gateway: 0 });
    await later.reportUntilKept(FERRY_BUILDING);
    expect(later.friendIds).toEqual([]);
    expect(await devicesOf('ann')).toEqual([]);
    for (const { status } of [await phone.owntracks('{}'), await tablet.owntracks('{}')]) expect(status).toBe(401);
  });

  it('reports nothing more once its user has signed out everywhere', async () => {
    const phone = await BackgroundApp.register(deployment, api, 'cid');
    expect((await phone.owntracks('{}')).status).toBe(200);
    await api.call('cid', 'POST', '/me/sign-out');
    expect((await phone.owntracks('{}')).status).toBe(401);
  });
});
