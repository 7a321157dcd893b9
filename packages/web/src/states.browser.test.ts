/** Tests that the page says what is wrong and what to do, and that nothing is covered on small windows. */
import { beforeAll, expect, it } from '@jest/globals';
import { ApiClient, useDeployment } from '@nearby-friends/testing';
import { describeInBrowser } from '@nearby-friends/testing/chromium-here';
import { eventually } from '@nearby-friends/testing/eventually';
import { axeViolations } from './test-support/axe-violations.ts';
import { useBrowsers } from './test-support/browsers.ts';
import type { PersonPage } from './test-support/person-page.ts';
import { pretendInsecure } from './test-support/pretend.ts';

const LOOP = { lat: 41.8826, lng: -87.6326 };
/** Of the `offline` event: the connection itself may notice it only after a ping. */
const OFFLINE_NOTE_MS = 2_000;

describeInBrowser('the states of the page', () => {
  const deployment = useDeployment({ gateways: 1, locations: 1, friendGraphs: 1 });
  const browsers = useBrowsers(deployment);
  const api = new ApiClient(deployment);

  beforeAll(() => deployment.befriend(['ada', 'ben'], ['ada', 'cleo']));

  it('offline is said at once, and taken back', async () => {
    const ada = await browsers.person('ada', { at: LOOP });
    const { page } = ada;
    await page.evaluate(() => {
      addEventListener('offline', () => {
        const start = performance.now();
        const look = (): void => {
          const isSaid = document.querySelector('.dot-offline') !== null && document.querySelector('.note') !== null;
          if (isSaid) document.body.dataset['saidAfterMs'] = String(performance.now() - start);
          else requestAnimationFrame(look);
        };
        look();
      });
    });
    // MapLibre logs each tile that it cannot load.
    await page.locator('.maplibregl-canvas').waitFor();
    await page.waitForLoadState('networkidle');
    await page.context().setOffline(true);
    await page.getByText('You’re offline. Check your connection and try again.').waitFor();
    await page.locator('body[data-said-after-ms]').waitFor();
    expect(await page.evaluate(() => Number(document.body.dataset['saidAfterMs']))).toBeLessThan(OFFLINE_NOTE_MS);
    await page.context().setOffline(false);
    await page.locator('.note').waitFor({ state: 'detached' });
    await page.locator('.dot-online').waitFor();
  });

  it('a location that is denied without HTTPS is said with the remedy, which can be dismissed', async () => {
    const ada = await browsers.visit();
    await pretendInsecure(ada.page);
    await ada.signIn('ada');
    const { page } = ada;
    await page.locator('.map-controls').getByRole('button', { name: 'Use my real location' }).click();
    await page.getByText('Open this page with https:// at the start of its address').waitFor();
    expect(await axeViolations(ada)).toEqual([]);
    await page.locator('.note').getByRole('button', { name: 'Dismiss' }).press('Enter');
    await page.locator('.note').waitFor({ state: 'detached' });
    await eventually(async () => expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY'));
  });

  it('a pause is said in every tab, and ended there', async () => {
    const ada = await browsers.person('ada', { at: LOOP });
    await api.call('ada', 'PUT', '/me/sharing', { paused: true });
    for (const tab of ['Nearby', 'Friends', 'Who sees me'] as const) {
      await ada.open(tab);
      await ada.page.getByText('Paused: nobody sees you').waitFor();
      expect(await axeViolations(ada)).toEqual([]);
    }
    await ada.open('Friends');
    await ada.page.getByRole('button', { name: 'Resume' }).press('Enter');
    await ada.heard('You are visible again.');
    await ada.page.getByText('Paused: nobody sees you').waitFor({ state: 'detached' });
    await eventually(async () =>
      expect(await ada.page.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY'),
    );
  });

  it('empty lists say what to do next', async () => {
    const zoe = await browsers.person('zoe', { at: LOOP });
    await zoe.page.getByText('Send a request under “Friends”.').waitFor();
    await zoe.open('Friends');
    await zoe.page.getByText('Send a request above').waitFor();
    await zoe.open('Who sees me');
    await zoe.page.getByText('Once your request is accepted, your friend is listed here.').waitFor();
  });

  it('the title has the number of near friends, and a tab begins at its top', async () => {
    const ben = await deployment.signIn('ben');
    await ben.reportUntilKept(LOOP);
    const ada = await browsers.person('ada', { at: LOOP, viewport: { width: 1_280, height: 420 } });
    await ada.row('ben').waitFor();
    await eventually(async () => expect(await ada.page.title()).toMatch(/^\([12]\) Nearby Friends$/));
    await ada.open('Who sees me');
    const view = ada.page.locator('#view');
    await ada.page.getByLabel('Add a device').scrollIntoViewIfNeeded();
    expect(await view.evaluate(({ scrollTop }) => scrollTop)).toBeGreaterThan(0);
    await ada.open('Friends');
    await eventually(async () => expect(await view.evaluate(({ scrollTop }) => scrollTop)).toBe(0));
    await ada.page.getByRole('button', { name: 'Settings' }).click();
    await ada.page.getByRole('button', { name: 'Sign out' }).click();
    await eventually(async () => expect(await ada.page.title()).toBe('Nearby Friends'));
  });

  it.each([
    ['320 pixels wide', { viewport: { width: 320, height: 568 } }],
    ['a phone on its side', { viewport: { width: 667, height: 375 }, hasTouch: true, isMobile: true }],
    // A window of 1,280 × 800 pixels.
    ['zoomed to 200 %', { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 }],
    ['a phone', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
  ] as const)('nothing is covered: %s', async (_name, options) => {
    for (const locale of ['en-GB', 'ko-KR']) {
      const ada = await browsers.visit({ at: LOOP, locale, ...options });
      await ada.page.locator('input[name="user"]').fill('ada');
      await ada.page.keyboard.press('Enter');
      await ada.page.locator('.me').waitFor();
      await ada.page.locator('.walk-hint').waitFor();
      expect(await coveredControls(ada)).toEqual([]);
      const hint = await ada.page.locator('.walk-hint').textContent();
      const touch = locale === 'en-GB' ? 'Tap the map' : '지도를 탭하거나';
      expect(hint?.startsWith(touch)).toBe('hasTouch' in options);
      await ada.page.locator('.walk-hint button').click();
      await ada.page.locator('.walk-hint').waitFor({ state: 'detached' });
      const isWide = await ada.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      expect(isWide).toBe(false);
    }
  });

  /** The controls that are not scrolled and yet cannot be pressed. */
  async function coveredControls({ page }: PersonPage): Promise<string[]> {
    return await page.evaluate(() => {
      const controls = document.querySelectorAll(
        '.map-controls button, .head button, .tab, .walk-hint button, .maplibregl-ctrl-attrib a',
      );
      return [...controls]
        .filter((control) => {
          const { x, y, width, height } = control.getBoundingClientRect();
          // From the left to the right edge, since a wide one may be covered in part.
          return [0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95].some(
            (share) => !control.contains(document.elementFromPoint(x + width * share, y + height / 2)),
          );
        })
        .map((control) => control.getAttribute('aria-label') ?? control.textContent ?? '');
    });
  }
});
