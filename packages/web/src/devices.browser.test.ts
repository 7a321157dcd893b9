/** Tests that a user adds a device, sees its secret once, and removes it. */
import { expect, it } from '@jest/globals';
import { ApiClient, useDeployment } from '@nearby-friends/testing';
import { describeInBrowser } from '@nearby-friends/testing/chromium-here';
import { eventually } from '@nearby-friends/testing/eventually';
import { axeViolations } from './test-support/axe-violations.ts';
import { useBrowsers } from './test-support/browsers.ts';

const LOOP = { lat: 41.8826, lng: -87.6326 };

interface Devices {
  items: { id: string; name: string; staysVisibleSeconds: number }[];
}

describeInBrowser('[L8] registered devices', () => {
  const deployment = useDeployment({ gateways: 1, locations: 1, friendGraphs: 1 });
  const browsers = useBrowsers(deployment);
  const devicesOf = async (user: string) =>
    ((await new ApiClient(deployment).call(user, 'GET', '/me/devices')) as Devices).items;

  it('are added with a secret that is shown once and can be copied, and are removed', async () => {
    const ada = await browsers.person('ada', { at: LOOP });
    const { page } = ada;
    await ada.open('Who sees me');
    await page.getByText('No device has been added.').waitFor();
    await page.getByLabel('Add a device').fill('My phone');
    await page.getByLabel('Its reports stay visible for').selectOption('60 minutes');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await ada.heard('My phone was added. Copy its secret now.');
    const secret = await page.getByLabel('Secret').inputValue();
    expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    await page.getByText('has never reported').waitFor();
    expect(await devicesOf('ada')).toMatchObject([{ name: 'My phone', staysVisibleSeconds: 3_600 }]);
    await page.getByRole('button', { name: 'Copy' }).click();
    await ada.heard(/^(The secret was copied|The browser did not copy it)/);
    // Selected in any case, so that it can be copied by hand.
    expect(await page.evaluate(() => getSelection()?.toString())).toBe(secret);

    await page.getByText('Set up OwnTracks').click();
    await page.getByText(`${deployment.url}/api/v1/owntracks`).waitFor();
    await page.getByRole('img', { name: 'QR code that sets up OwnTracks' }).waitFor();
    expect(await axeViolations(ada)).toEqual([]);
    const link = await page.getByRole('link', { name: 'Open in OwnTracks' }).getAttribute('href');
    const inline = Buffer.from(decodeURIComponent(link?.split('inline=')[1] ?? ''), 'base64').toString();
    expect(JSON.parse(inline)).toMatchObject({ username: 'ada', password: secret });

    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByLabel('Add a device').waitFor();
    expect(await page.content()).not.toContain(secret);
    expect(await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))).not.toContain(
      secret,
    );

    await page.getByRole('button', { name: 'Remove the device My phone' }).click();
    await page.getByRole('button', { name: 'Really remove My phone?' }).click();
    await ada.heard('My phone was removed. Its secret is void.');
    await page.getByText('No device has been added.').waitFor();
    await eventually(async () => expect(await devicesOf('ada')).toEqual([]));
  });

  it('are not more than ten: the page says so', async () => {
    const api = new ApiClient(deployment);
    for (let i = 0; i < 10; i++) await api.call('ben', 'POST', '/me/devices', { name: `Phone ${i}` });
    const ben = await browsers.person('ben', { at: LOOP });
    await ben.open('Who sees me');
    await ben.page.getByText('Phone 9').waitFor();
    await ben.page.getByLabel('Add a device').fill('One more');
    await ben.page.getByRole('button', { name: 'Add', exact: true }).click();
    await ben.heard('You have too many devices. Remove one first.');
    expect(await ben.page.getByLabel('Add a device').inputValue()).toBe('One more');
  });
});
