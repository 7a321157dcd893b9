/** Tests that every window says which device the user's location comes from, and can take over. */
import { beforeEach, expect, it } from '@jest/globals';
import { useDeployment } from '@nearby-friends/testing';
import { describeInBrowser } from '@nearby-friends/testing/chromium-here';
import { eventually } from '@nearby-friends/testing/eventually';
import { useBrowsers } from './test-support/browsers.ts';
import type { PersonPage } from './test-support/person-page.ts';

const LOOP = { lat: 41.8826, lng: -87.6326 };
/** 500 m further north. */
const RIVER_NORTH = { lat: 41.887_097, lng: -87.6326 };
const HERE = 'Your location comes from this device.';
const ELSEWHERE = 'Your location comes from another of your devices or windows, not from this one.';
const SHARE = { name: 'Share from this device' };
/** Notices take milliseconds; a page that had to wait for its next report would take 15 s. */
const SOON_MS = 10_000;

describeInBrowser('[L7] two windows of one user', () => {
  const deployment = useDeployment({ gateways: 2, locations: 1, friendGraphs: 1 });
  const browsers = useBrowsers(deployment);
  const says = (window: PersonPage, text: string) => window.page.getByText(text).waitFor({ timeout: SOON_MS });

  beforeEach(() => deployment.befriend(['ada', 'ben']));

  it('say which of them shares, and change it in both', async () => {
    const ada = await deployment.signIn('ada');
    await ada.reportUntilKept(LOOP);
    const desk = await browsers.person('ben', { at: LOOP });
    await desk.open('Who sees me');
    await says(desk, HERE);
    await eventually(() => expect(ada.list.get('ben')?.lat).toBe(LOOP.lat));
    const phone = await browsers.person('ben', { at: RIVER_NORTH, viewport: { width: 390, height: 844 } });
    await phone.open('Who sees me');
    await says(phone, ELSEWHERE);
    // The gateway has answered the phone's report, so that the desk and ada would have been told of a change.
    await desk.walk('ArrowRight', 1);
    await eventually(() => expect(ada.list.get('ben')?.lng).toBeGreaterThan(LOOP.lng));
    expect(ada.list.get('ben')?.lat).toBeCloseTo(LOOP.lat, 3);
    await desk.page.getByText(HERE).waitFor();
    expect(await desk.page.getByRole('button', SHARE).count()).toBe(0);

    await phone.page.getByRole('button', SHARE).click();
    await says(phone, HERE);
    await says(desk, ELSEWHERE);
    await eventually(() => expect(ada.list.get('ben')?.lat).toBe(RIVER_NORTH.lat));
    await phone.heard('This device has taken over.');

    await desk.page.getByRole('button', SHARE).click();
    await says(desk, HERE);
    await says(phone, ELSEWHERE);
    await eventually(() => expect(ada.list.get('ben')?.lat).toBeCloseTo(LOOP.lat, 3));
  });

  it('say nothing that they cannot know: without a location, and without a connection', async () => {
    const asking = await browsers.visit();
    // A window that stays signed in and reports nothing.
    await asking.page.evaluate(() => sessionStorage.setItem('nearby-friends:user', 'ben'));
    await asking.page.reload();
    await asking.page.getByText('Where are you?').waitFor();
    await asking.open('Who sees me');
    await says(asking, 'This window reports no location.');
    await says(asking, 'Sharing is on');
    // The viewers have been read, whom the sentence would count.
    await says(asking, 'sees exactly where you are');
    expect(await asking.page.getByText(/can see where you are/).count()).toBe(0);

    const ben = await browsers.person('ben', { at: LOOP });
    await ben.open('Who sees me');
    await says(ben, HERE);
    // Both, so that the page's own is among them. They are restarted.
    for (const { pid } of deployment.stack.gateways) if (pid !== undefined) process.kill(pid, 'SIGKILL');
    await ben.page.getByText(HERE).waitFor({ state: 'detached' });
    await ben.page.getByText(HERE).waitFor();
  });
});
