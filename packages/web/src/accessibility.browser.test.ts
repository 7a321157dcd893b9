/** Checks accessibility: axe finds no violation on any view, and everything can be done by keyboard. */
import { beforeAll, expect, it } from '@jest/globals';
import { ApiClient, useDeployment } from '@nearby-friends/testing';
import { describeInBrowser } from '@nearby-friends/testing/chromium-here';
import { eventually } from '@nearby-friends/testing/eventually';
import { axeViolations } from './test-support/axe-violations.ts';
import { useBrowsers } from './test-support/browsers.ts';

const LOOP = { lat: 41.8826, lng: -87.6326 };
const RIVER_NORTH = { lat: 41.887_097, lng: -87.6326 };

describeInBrowser('accessibility', () => {
  const deployment = useDeployment({ gateways: 1, locations: 1, friendGraphs: 1 });
  const browsers = useBrowsers(deployment);

  beforeAll(async () => {
    const api = new ApiClient(deployment);
    await deployment.befriend(['ada', 'ben'], ['ada', 'cleo']);
    await api.call('cleo', 'PUT', '/viewers/ada', { precision: 'approximate' });
    await api.call('ada', 'PUT', '/viewers/cleo', { precision: 'hidden' });
    await api.call('ada', 'POST', '/friend-requests', { to: 'unknown-user' });
    await api.call('eve', 'POST', '/friend-requests', { to: 'ada' });
    await api.call('ada', 'POST', '/me/devices', { name: 'Phone' });
  });

  it.each([
    ['light', 1_280],
    ['dark', 1_280],
    ['light', 390],
    ['dark', 390],
  ] as const)('has nothing that axe objects to (%s, %d pixels wide)', async (colorScheme, width) => {
    for (const [friend, place] of [
      ['ben', RIVER_NORTH],
      ['cleo', LOOP],
    ] as const) {
      const client = await deployment.signIn(friend);
      await client.reportUntilKept(place);
    }
    const ada = await browsers.visit({ at: LOOP, colorScheme, viewport: { width, height: 840 } });
    const found: Record<string, string[]> = { 'the way in': await axeViolations(ada) };
    await ada.signIn('ada');
    await ada.row('ben').waitFor();
    await ada.row('cleo').waitFor();
    await ada.row('ben').press('Enter');
    await ada.row('ben').and(ada.page.locator('[aria-pressed="true"]')).waitFor();
    found['Nearby'] = await axeViolations(ada);
    await ada.open('Friends');
    await ada.page.getByRole('button', { name: 'Remove ben from my friends' }).click();
    await ada.page.getByRole('button', { name: 'Cancel', exact: true }).waitFor();
    await ada.page.getByRole('button', { name: 'Accept eve' }).waitFor();
    found['Friends'] = await axeViolations(ada);
    await ada.open('Who sees me');
    await ada.page.getByRole('button', { name: 'What ben sees of me' }).click();
    await ada.page.getByRole('button', { name: 'About', exact: true }).waitFor();
    await ada.page.getByRole('button', { name: 'Remove the device Phone' }).click();
    await ada.page.getByRole('button', { name: 'Really remove Phone?' }).waitFor();
    await ada.page.getByLabel('Add a device').fill('Tablet');
    await ada.page.getByLabel('Add a device').press('Enter');
    await ada.page.getByRole('button', { name: 'Copy' }).waitFor();
    await ada.page.getByRole('button', { name: 'Settings' }).click();
    await ada.page.getByRole('button', { name: 'Sign out' }).waitFor();
    found['Who sees me, and the settings'] = await axeViolations(ada);
    const nothing = Object.fromEntries(Object.keys(found).map((view) => [view, []]));
    expect(found).toEqual(nothing);
  });

  it('is usable by keyboard alone, from sign-in to pausing', async () => {
    const ben = await deployment.signIn('ben');
    await ben.reportUntilKept(RIVER_NORTH);
    const ada = await browsers.visit({ at: LOOP });
    const { page } = ada;
    /** Presses Tab until the element has the focus. */
    const tabTo = async (name: RegExp): Promise<void> => {
      for (let presses = 0; presses < 60; presses++) {
        const label = await page.evaluate(() => {
          const { activeElement: it } = document;
          if (it === document.body) return '';
          const labels =
            it instanceof HTMLInputElement ? [...(it.labels ?? [])].map(({ textContent }) => textContent) : [];
          return [it?.getAttribute('aria-label'), ...labels, it?.textContent].filter(Boolean).join(' ');
        });
        if (name.test(label)) return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`Tab never came to ${name}`);
    };
    await tabTo(/Who are you/);
    await page.keyboard.type('ada');
    await page.keyboard.press('Enter');
    await ada.row('ben').waitFor();
    // It comes with the map, which is loaded later.
    await ada.me.waitFor();

    await tabTo(/^My position/);
    await page.keyboard.press('Shift+ArrowDown');
    await eventually(async () => expect(await ada.rowText('ben')).toContain('800 m'));
    await tabTo(/^Radius on the map/);
    const before = await page.evaluate(() => Number(document.activeElement?.getAttribute('aria-valuenow')));
    await page.keyboard.press('PageDown');
    await eventually(async () =>
      expect(await page.evaluate(() => Number(document.activeElement?.getAttribute('aria-valuenow')))).toBeLessThan(
        before * 0.7,
      ),
    );
    await tabTo(/^BE?ben, (now|\d+ [\w.]+ ago), exact, 800 m/);
    await page.keyboard.press('Enter');
    await ada.row('ben').and(page.locator(':focus[aria-pressed="true"]')).waitFor();

    await page.getByRole('tab', { name: 'Nearby' }).focus();
    await page.keyboard.press('ArrowLeft');
    await eventually(async () => expect(await page.evaluate(() => document.activeElement?.id)).toBe('tab-sharing'));
    await tabTo(/^Pause$/);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await tabTo(/^Resume$/);
    await page.keyboard.press('Enter');
    await ada.heard('You are visible again.');
  });

  it('is in Korean for a Korean browser, and in English on demand', async () => {
    const visitor = await browsers.visit({ locale: 'ko-KR' });
    await visitor.page.locator('html[lang="ko"]').waitFor();
    await visitor.page.getByText('누구로 들어갈까요?').waitFor();
    await visitor.page.getByLabel('언어').selectOption('English');
    await visitor.page.getByText('Who are you?').waitFor();
    await visitor.page.reload();
    await visitor.page.getByText('Who are you?').waitFor();
  });

  it('uses the theme that the user chose instead of the device’s, also after a reload', async () => {
    const { page } = await browsers.visit({ colorScheme: 'light' });
    const untilTheme = (theme: string): Promise<void> => page.locator(`html[data-theme="${theme}"]`).waitFor();
    await untilTheme('light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await untilTheme('dark');
    await page.getByLabel('Theme').selectOption('Light');
    await untilTheme('light');
    await page.reload();
    await untilTheme('light');
  });
});
