/** Tests that a visible page has the friends on it asked for fast reports, that a hidden one has not, and the choice to refuse. */
import { beforeEach, expect, it } from '@jest/globals';
import { PACE_SET, type PaceSet } from '@nearby-friends/protocol';
import { useDeployment } from '@nearby-friends/testing';
import { describeInBrowser } from '@nearby-friends/testing/chromium-here';
import { eventually } from '@nearby-friends/testing/eventually';
import { useBrowsers } from './test-support/browsers.ts';
import { pretendGeolocation } from './test-support/pretend.ts';

const LOOP = { lat: 41.8826, lng: -87.6326 };
const CHOICE = { name: 'Report more often while a friend is looking (takes more battery; friends cannot tell)' };

describeInBrowser('a page that is looked at', () => {
  const deployment = useDeployment({ gateways: 1, locations: 1, friendGraphs: 1 });
  const browsers = useBrowsers(deployment);

  beforeEach(() => deployment.befriend(['ada', 'ben']));

  it('has its friends asked while it is visible, and no more once it is hidden', async () => {
    const ada = await deployment.signIn('ada');
    const paces: PaceSet[] = [];
    ada.socket.on(PACE_SET, (pace: PaceSet) => paces.push(pace));
    await ada.reportUntilKept(LOOP);
    const ben = await browsers.person('ben', { at: LOOP });
    await eventually(() => expect(paces.map(({ everyMs }) => everyMs)).toEqual([3_000]));
    const viewing = () => deployment.gatewayMetric(0, 'nearby_viewing_sessions');
    expect(await viewing()).toBe(1);
    await ben.page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await eventually(async () => expect(await viewing()).toBe(0));
  });

  it('lets its user refuse to report faster, also after a reload', async () => {
    const ben = await browsers.person('ben');
    await pretendGeolocation(ben.page, LOOP);
    await ben.page.getByRole('button', { name: 'Use my real location' }).click();
    await ben.open('Who sees me');
    await ben.page.getByRole('checkbox', CHOICE).uncheck();
    await ben.page.reload();
    await ben.open('Who sees me');
    expect(await ben.page.getByRole('checkbox', CHOICE).isChecked()).toBe(false);
  });
});
