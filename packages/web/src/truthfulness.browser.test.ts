/** Tests that the page never says or reports anything false about who sees whom, where and when. */
import { beforeEach, expect, it } from '@jest/globals';
import { ApiClient, useDeployment } from '@nearby-friends/testing';
import { describeInBrowser } from '@nearby-friends/testing/chromium-here';
import { eventually } from '@nearby-friends/testing/eventually';
import { useBrowsers } from './test-support/browsers.ts';
import { pretendClock, pretendGeolocation, pretendNoWebSocket } from './test-support/pretend.ts';

const LOOP = { lat: 41.8826, lng: -87.6326 };
const HOUR_MS = 3_600_000;
/** Notices take milliseconds. Long, since the machine may be loaded; a page reads nothing by itself. */
const SOON_MS = 20_000;

describeInBrowser('the page', () => {
  const deployment = useDeployment({ gateways: 2, locations: 1, friendGraphs: 1 });
  const browsers = useBrowsers(deployment);
  const api = new ApiClient(deployment);
  const grantOf = async (subject: string) => {
    const { items } = (await api.call(subject, 'GET', '/viewers')) as {
      items: { id: string; precision: string; until: number | null }[];
    };
    return items.find(({ id }) => id === 'ada');
  };

  beforeEach(async () => {
    await deployment.befriend(['ada', 'ben']);
    await api.call('ben', 'PUT', '/viewers/ada', { precision: 'exact' });
    await api.call('ben', 'PUT', '/me/sharing', { paused: false });
  });

  it('hides and shows again exactly what it showed, and renews what has ended for an hour', async () => {
    const ben = await browsers.person('ben', { at: LOOP });
    await ben.open('Who sees me');
    await ben.page.getByRole('button', { name: 'What ada sees of me' }).click();
    await ben.page.getByRole('button', { name: 'About', exact: true }).click();
    await ben.page.getByRole('button', { name: '1 hour' }).click();
    await ben.page.getByText(/^sees your approximate location \(about 1 km\), until/).waitFor();
    const before = await grantOf('ben');
    await ben.page.getByRole('button', { name: 'Hide from ada' }).click();
    await ben.page.getByText('does not see you', { exact: true }).waitFor();
    await ben.page.getByRole('button', { name: 'Show me to ada' }).click();
    await ben.page.getByText(/^sees your approximate location \(about 1 km\), until/).waitFor();
    expect(await grantOf('ben')).toEqual(before);

    await api.call('ben', 'PUT', '/viewers/ada', { precision: 'approximate', until: Date.now() + 1_500 });
    await ben.page.getByText('does not see you', { exact: true }).waitFor();
    await ben.page.getByRole('button', { name: 'Show me to ada' }).click();
    await ben.page.getByText(/^sees your approximate location \(about 1 km\), until/).waitFor();
    const renewed = await grantOf('ben');
    expect(renewed?.precision).toBe('approximate');
    expect(Math.abs((renewed?.until ?? 0) - Date.now() - HOUR_MS)).toBeLessThan(60_000);

    // Hidden by another window: this one does not know from what, and guesses nothing.
    await api.call('ben', 'PUT', '/viewers/ada', { precision: 'hidden' });
    const other = await browsers.person('ben', { at: LOOP });
    await other.open('Who sees me');
    await other.page.getByRole('button', { name: 'Show me to ada' }).click();
    await other.page.getByRole('button', { name: 'About', exact: true }).waitFor();
    expect(await grantOf('ben')).toMatchObject({ precision: 'hidden' });
  });

  it('follows what any other window or call does, and says nothing wrong while paused', async () => {
    const ben = await browsers.person('ben', { at: LOOP });
    await ben.open('Who sees me');
    await ben.page.getByText('sees exactly where you are').waitFor();
    await api.call('ben', 'PUT', '/me/sharing', { paused: true });
    await ben.page.getByText('Paused: nobody sees you').waitFor({ timeout: SOON_MS });
    await ben.page.getByText('does not see you while you are paused').waitFor();
    expect(await ben.page.getByText('sees exactly').count()).toBe(0);
    await api.call('ben', 'PUT', '/me/sharing', { paused: true, until: Date.now() + HOUR_MS });
    await ben.page.getByText(/^Paused until/).waitFor({ timeout: SOON_MS });
    await api.call('ben', 'PUT', '/me/sharing', { paused: true, until: Date.now() + 2_000 });
    await ben.page.getByText('You are visible', { exact: true }).waitFor();
    await api.call('ben', 'PUT', '/viewers/ada', { precision: 'hidden' });
    await ben.page.getByText('Sharing is on, but nobody can see you yet.').waitFor({ timeout: SOON_MS });
    expect(await ben.page.getByText(/0 people/).count()).toBe(0);
  });

  it('ends sharing with the sign-out, and on every device if the user says so', async () => {
    // Not ben, whose tokens the other tests use.
    await deployment.befriend(['ada', 'gil']);
    const [gil, ada] = [await browsers.person('gil', { at: LOOP }), await browsers.person('ada', { at: LOOP })];
    const tablet = await deployment.signIn('gil');
    await ada.row('gil').waitFor();
    await gil.page.getByRole('button', { name: 'Settings' }).click();
    await gil.page.getByLabel('On all my devices').check();
    await gil.page.getByRole('button', { name: 'Sign out' }).click();
    await ada.row('gil').waitFor({ state: 'detached', timeout: SOON_MS });
    await gil.page.getByLabel('Who are you?').waitFor();
    await gil.heard('Signed out. Your friends no longer see you.');
    await eventually(() => expect(tablet.disconnects).toBe(1));
  });

  it('says on signing out here that another device may still share', async () => {
    const gil = await browsers.person('gil', { at: LOOP });
    await gil.page.getByRole('button', { name: 'Settings' }).click();
    await gil.page.getByRole('button', { name: 'Sign out' }).click();
    await gil.page.getByLabel('Who are you?').waitFor();
    await gil.heard(/unless another of your devices shares/);
  });

  it('reports no place that the device no longer confirms, and keeps the warning', async () => {
    const ben = await browsers.visit();
    await pretendGeolocation(ben.page, LOOP);
    await ben.signIn('ben');
    const ada = await deployment.signIn('ada');
    await ada.reportUntilKept(LOOP);
    await ben.page.getByRole('button', { name: 'Use my real location' }).first().click();
    await eventually(() => expect(ada.list.get('ben')?.lat).toBe(LOOP.lat));
    await ben.page.evaluate(() => dispatchEvent(new CustomEvent('pretend:fail', { detail: 1 })));
    await ben.page.getByText(/^This page may not use your location/).waitFor();
    await ben.page.getByText('Where are you?').waitFor();
    const stored = await ben.page.evaluate(() => JSON.stringify({ ...sessionStorage }));
    expect(stored).not.toContain(String(LOOP.lat));
    expect(stored).not.toMatch(/walk|source/);
    await ben.page.reload();
    // Neither the device's last place nor a made-up one: the page asks.
    await ben.page.getByText('Where are you?').waitFor();
  });

  it.each([300_000, -2 * HOUR_MS])('shows ages and sets ends by the server’s clock, %d ms off', async (offMs) => {
    const ben = await browsers.visit({ at: LOOP });
    await pretendClock(ben.page, offMs);
    const ada = await deployment.signIn('ada');
    await ada.reportUntilKept(LOOP);
    await ben.signIn('ben');
    await eventually(async () => expect(await ben.rowText('ada')).toMatch(/^ada, (now|\d+ sec\. ago), exact/));
    await ben.open('Who sees me');
    await ben.page.getByLabel('Pause for how long').selectOption('1 hour');
    await ben.page.getByRole('button', { name: 'Pause', exact: true }).click();
    await ben.page.getByText(/^Paused until/).waitFor();
    const { until } = (await api.call('ben', 'GET', '/me/sharing')) as { until: number };
    expect(Math.abs(until - Date.now() - HOUR_MS)).toBeLessThan(60_000);
  });

  it('draws and walks across the date line', async () => {
    const ada = await deployment.signIn('ada');
    await ada.reportUntilKept({ lat: 10, lng: -179.99 });
    const ben = await browsers.person('ben', { at: { lat: 10, lng: 179.98 } });
    await ben.row('ada').waitFor();
    await ben.untilMapShows(8_046.72);
    // Ada is 3.3 km to the east, beyond the line.
    const [mine, edge] = [await ben.middleOf(ben.me), await ben.middleOf(ben.radiusHandle)];
    await ben.page.mouse.click(mine.x + ((edge.x - mine.x) * 3_285) / 8_046.72, mine.y);
    await ben.row('ada').and(ben.page.locator('[aria-pressed="true"]')).waitFor();
    await ben.walk('ArrowRight', 10);
    const storedPlace = () => ben.page.evaluate(() => sessionStorage.getItem('nearby-friends:walk'));
    // The last of the steps has come.
    const place = await eventually(async () => {
      const { lat, lng = 0 } = ada.list.get('ben') ?? {};
      expect(lng).toBeLessThan(-179.9);
      expect(await storedPlace()).toBe(`${lat},${lng}`);
      return `${lat},${lng}`;
    });
    await ben.page.reload();
    await ben.me.waitFor();
    expect(await storedPlace()).toBe(place);
  });

  it('says when it runs on long-polling, and why', async () => {
    const ben = await browsers.visit({ at: LOOP });
    await pretendNoWebSocket(ben.page);
    await ben.signIn('ben');
    await ben.page.getByText(/a WebSocket could not be opened/).waitFor();
  });

  it('asks what a future friend will see', async () => {
    await api.call('cleo', 'POST', '/friend-requests', { to: 'dan' });
    const dan = await browsers.person('dan', { at: LOOP });
    await dan.open('Friends');
    await dan.page.getByLabel('cleo will see of me').last().selectOption('About');
    await dan.page.getByLabel('For how long').last().selectOption('1 hour');
    await dan.page.getByRole('button', { name: 'Accept cleo' }).click();
    await dan.heard('You and cleo are friends now.');
    const { items } = (await api.call('dan', 'GET', '/viewers')) as { items: { precision: string; until: number }[] };
    expect(items[0]?.precision).toBe('approximate');
    expect(Math.abs((items[0]?.until ?? 0) - Date.now() - HOUR_MS)).toBeLessThan(60_000);
  });
});
