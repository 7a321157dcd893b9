/** Takes screenshots on desktop and phone in both themes, and checks their content. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, it } from '@jest/globals';
import { ApiClient, useDeployment } from '@nearby-friends/testing';
import { describeInBrowser } from '@nearby-friends/testing/chromium-here';
import { eventually } from '@nearby-friends/testing/eventually';
import { useBrowsers } from './test-support/browsers.ts';
import { SCREENSHOT_PEOPLE } from './test-support/screenshot-people.ts';
import { SCREENSHOTS_FOLDER } from './test-support/screenshots-folder.ts';

const LOOP = { lat: 41.8826, lng: -87.6326 };

describeInBrowser('screenshots', () => {
  const deployment = useDeployment({ gateways: 1, locations: 1, friendGraphs: 1 });
  const browsers = useBrowsers(deployment);
  const api = new ApiClient(deployment);

  beforeAll(async () => {
    await mkdir(SCREENSHOTS_FOLDER, { recursive: true });
    await api.call('alice', 'PATCH', '/me', { displayName: 'Alice Park', radiusMeters: 5_000 });
    for (const { id, name } of SCREENSHOT_PEOPLE) await api.call(id, 'PATCH', '/me', { displayName: name });
    await deployment.befriend(...SCREENSHOT_PEOPLE.map(({ id }) => ['alice', id] as const));
    for (const { id, isApproximate } of SCREENSHOT_PEOPLE) {
      if (isApproximate) await api.call(id, 'PUT', '/viewers/alice', { precision: 'approximate' });
    }
    await api.call('alice', 'PUT', '/viewers/noah', { precision: 'hidden' });
    await api.call('alice', 'PUT', '/viewers/emma', { precision: 'approximate' });
    for (const id of ['hugo', 'ines']) await api.call(id, 'POST', '/friend-requests', { to: 'alice' });
  });

  it.each([
    { kind: 'desktop', colorScheme: 'light', viewport: { width: 1_280, height: 800 } },
    { kind: 'desktop', colorScheme: 'dark', viewport: { width: 1_280, height: 800 } },
    { kind: 'phone', colorScheme: 'light', viewport: { width: 390, height: 844 } },
    { kind: 'phone', colorScheme: 'dark', viewport: { width: 390, height: 844 } },
  ] as const)('on a $kind, $colorScheme', async ({ kind, colorScheme, viewport }) => {
    for (const { id, lat, lng } of SCREENSHOT_PEOPLE) await (await deployment.signIn(id)).reportUntilKept({ lat, lng });
    const isPhone = kind === 'phone';
    const alice = await browsers.visit({
      at: LOOP,
      colorScheme,
      viewport,
      deviceScaleFactor: isPhone ? 2 : 1,
      isMobile: isPhone,
      hasTouch: isPhone,
      ...(isPhone && colorScheme === 'dark' ? { locale: 'ko-KR' } : {}),
    });
    const { page } = alice;
    const picture = (name: string): Promise<Buffer> =>
      page.screenshot({ path: path.join(SCREENSHOTS_FOLDER, `${kind}-${colorScheme}-${name}.png`) });
    await page.locator('input[name="user"]').waitFor();
    await picture('sign-in');
    await page.locator('input[name="user"]').fill('alice');
    await page.keyboard.press('Enter');
    await page.locator('.me').waitFor();
    await eventually(async () => expect(await alice.namesNear()).toHaveLength(SCREENSHOT_PEOPLE.length));
    // One step, so that the hint disappears.
    await page.locator('.me').focus();
    await page.keyboard.press('ArrowRight');
    await page.locator('.walk-hint').waitFor({ state: 'detached' });
    await page.getByText('© OpenStreetMap contributors').waitFor();
    await untilMapIsDrawn(page);
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await picture('map');
    await page.getByRole('tab').nth(1).click();
    await eventually(async () => expect(await page.locator('.request').count()).toBe(2));
    await picture('friends');
    await page.getByRole('tab').nth(2).click();
    await page.locator('.turning').first().click();
    await page.locator('.segment').first().waitFor();
    await picture('sharing');
    await page.locator('.sharing .button-main').click();
    await page.locator('.sharing-paused').waitFor();
    await picture('paused');
    // By another device: the page follows.
    await api.call('alice', 'PUT', '/me/sharing', { paused: false });
    await page.locator('.sharing-paused').waitFor({ state: 'detached' });
  });

  /** Checks the pixels of the screenshot: a drawn map has many colours. */
  async function untilMapIsDrawn(page: Awaited<ReturnType<typeof browsers.visit>>['page']): Promise<void> {
    let before = '';
    await eventually(async () => {
      const map = (await page.locator('.map').screenshot()).toString('base64');
      const isSame = map === before;
      before = map;
      expect(map.length).toBeGreaterThan(100_000);
      expect(isSame).toBe(true);
    }, 30_000);
  }
});
