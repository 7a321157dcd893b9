/** Tests that the map follows the device until the user moves it, and that the page has the user's units. */
import { beforeAll, expect, it } from '@jest/globals';
import { useDeployment } from '@nearby-friends/testing';
import { describeInBrowser } from '@nearby-friends/testing/chromium-here';
import { eventually } from '@nearby-friends/testing/eventually';
import { useBrowsers } from './test-support/browsers.ts';

const LOOP = { lat: 41.8826, lng: -87.6326 };
/** 500 m further north. */
const RIVER_NORTH = { lat: 41.887_097, lng: -87.6326 };
/** 1.5 km further north: many pixels at any zoom of the tests. */
const GOLD_COAST = { lat: 41.9006, lng: -87.6326 };
/** Of the dot when the map has followed: pixels of rounding and of the last fix. */
const SAME_PLACE_PIXELS = 8;

describeInBrowser('the map', () => {
  const deployment = useDeployment({ gateways: 1, locations: 1, friendGraphs: 1 });
  const browsers = useBrowsers(deployment);
  const report = async (id: string, place: typeof LOOP): Promise<void> => {
    const client = await deployment.signIn(id);
    await client.reportUntilKept(place);
  };

  beforeAll(() => deployment.befriend(['ada', 'ben']));

  it('follows the location of the device until the user moves it', async () => {
    await report('ben', LOOP);
    const geolocation = { latitude: LOOP.lat, longitude: LOOP.lng, accuracy: 10 };
    const ada = await browsers.visit({ geolocation, permissions: ['geolocation'] });
    await ada.signIn('ada');
    const { page } = ada;
    await ada.row('ben').waitFor();
    const own = page.locator('.me');
    await page.locator('.map-controls').getByRole('button', { name: 'Use my real location' }).click();
    await eventually(async () => expect(await ada.rowText('ben')).toContain(', 0 m'));
    const moveTo = async ({ lat, lng }: typeof LOOP, distance: string): Promise<void> => {
      await page.context().setGeolocation({ latitude: lat, longitude: lng, accuracy: 10 });
      await eventually(async () => expect(await ada.rowText('ben')).toContain(distance));
    };
    await moveTo(RIVER_NORTH, '500 m');
    let followedAt = await ada.middleOf(own);
    await moveTo(GOLD_COAST, '2 km');
    await eventually(async () => {
      const now = await ada.middleOf(own);
      expect(Math.hypot(now.x - followedAt.x, now.y - followedAt.y)).toBeLessThan(SAME_PLACE_PIXELS);
    });

    await page.mouse.move(800, 600);
    await page.mouse.down();
    // Downwards, as the dot will move: a map that followed would bring it back up.
    await page.mouse.move(830, 650, { steps: 4 });
    await page.mouse.up();
    followedAt = await ada.middleOf(own);
    await moveTo(LOOP, ', 0 m');
    await eventually(async () =>
      expect((await ada.middleOf(own)).y).toBeGreaterThan(followedAt.y + 2 * SAME_PLACE_PIXELS),
    );
  });

  it('has miles where the browser’s region has them, or as the user chooses', async () => {
    await report('ben', RIVER_NORTH);
    const ada = await browsers.person('ada', { at: LOOP, locale: 'en-US' });
    await eventually(async () => expect(await ada.rowText('ben')).toContain('0.3 mi'));
    await ada.page.getByRole('button', { name: 'Settings' }).click();
    await ada.page.getByLabel('Distances').selectOption('Kilometres');
    await ada.page.getByRole('button', { name: 'Settings' }).click();
    await eventually(async () => expect(await ada.rowText('ben')).toContain('500 m'));
    await ada.page.reload();
    await eventually(async () => expect(await ada.rowText('ben')).toContain('500 m'));
  });
});
