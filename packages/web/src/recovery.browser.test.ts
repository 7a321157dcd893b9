/** Tests that a page recovers when its gateway is killed, and the sign-in without development tokens. */
import { expect, it } from '@jest/globals';
import { useDeployment } from '@nearby-friends/testing';
import { describeInBrowser } from '@nearby-friends/testing/chromium-here';
import { eventually } from '@nearby-friends/testing/eventually';
import { useBrowsers } from './test-support/browsers.ts';

const LOOP = { lat: 41.8826, lng: -87.6326 };
/** 500 m further north. */
const RIVER_NORTH = { lat: 41.887_097, lng: -87.6326 };

describeInBrowser('a page whose gateway is killed', () => {
  const deployment = useDeployment({ gateways: 2, locations: 1, friendGraphs: 1 });
  const browsers = useBrowsers(deployment);

  it('recovers without user input', async () => {
    await deployment.befriend(['ada', 'ben']);
    const ada = await browsers.person('ada', { at: LOOP });
    const ben = await browsers.person('ben', { at: RIVER_NORTH });
    await ada.row('ben').waitFor();

    const pids = deployment.stack.gateways.map(({ pid }) => pid);
    // Kills both gateways, so that the page's own is among them. They are restarted.
    for (const pid of pids) if (pid !== undefined) process.kill(pid, 'SIGKILL');
    await ada.page.getByText('Connection lost. Trying again …').waitFor();
    await ada.page.getByText('Connection lost. Trying again …').waitFor({ state: 'detached' });

    await ben.walk('ArrowUp', 1);
    await eventually(async () => expect(await ada.rowText('ben')).toContain('800 m'), 30_000);
  });

  it('stays signed in after a reload, and signs out', async () => {
    const gil = await browsers.person('gil', { at: LOOP });
    await gil.page.reload();
    await gil.me.waitFor();
    await gil.page.getByRole('button', { name: 'Settings' }).click();
    await gil.page.getByRole('button', { name: 'Sign out' }).click();
    await gil.page.getByLabel('Who are you?').waitFor();
    await gil.page.reload();
    await gil.page.getByLabel('Who are you?').waitFor();
  });
});

describeInBrowser('a deployment without development tokens', () => {
  const deployment = useDeployment({
    gateways: 1,
    locations: 1,
    friendGraphs: 1,
    env: {
      'friend-graph': { DEV_TOKENS: 'false', JWT_USER_ID_FORMAT: 'escaped' },
      gateway: { JWT_USER_ID_FORMAT: 'escaped' },
    },
  });
  const browsers = useBrowsers(deployment);

  it('shows a message, accepts a token instead, and reports no position before the user chooses a source', async () => {
    const visitor = await browsers.visit({
      geolocation: { latitude: 41.8826, longitude: -87.6326 },
      permissions: ['geolocation'],
    });
    await visitor.page.getByLabel('Who are you?').fill('hal');
    await visitor.page.getByRole('button', { name: 'Sign in', exact: true }).first().click();
    await visitor.page.getByText('This system has no trial accounts.').waitFor();
    await visitor.page.getByLabel('Access token').fill(await deployment.token('hal'));
    await visitor.page.keyboard.press('Enter');
    await visitor.page.getByText('Where are you?').waitFor();
    // The map is there, on which it would be.
    await visitor.page.locator('.maplibregl-canvas').waitFor();
    expect(await visitor.page.getByRole('button', { name: 'Me', exact: true }).isVisible()).toBe(false);

    await deployment.befriend(['hal', 'ida']);
    const ida = await deployment.signIn('ida');
    await ida.reportUntilKept(RIVER_NORTH);
    await visitor.page.getByRole('button', { name: 'Use my real location' }).first().click();
    await visitor.row('ida').waitFor();
    await eventually(() => expect(ida.friends[0]?.id).toBe('hal'));
  });

  it('shows the id that the server uses, and not that of the identity provider', async () => {
    const visitor = await browsers.visit();
    await visitor.page.getByText('Sign in with a token').click();
    await visitor.page.getByLabel('Access token').fill(await deployment.token('auth0|5f7c'));
    await visitor.page.keyboard.press('Enter');
    await visitor.open('Friends');
    await visitor.page.getByText('Your own id, for a friend who adds you: auth0_7C5f7c').waitFor();
    expect(await visitor.page.getByText('auth0|5f7c').count()).toBe(0);
  });

  it('refuses an invalid token with a message', async () => {
    const visitor = await browsers.visit();
    await visitor.page.getByText('Sign in with a token').click();
    await visitor.page.getByLabel('Access token').fill('invalid');
    await visitor.page.keyboard.press('Enter');
    await visitor.page.getByText('That token is not valid here. Sign in again.').waitFor();
  });
});
