/** The page and the API documents in a browser, behind an operator's proxy that changes the host and adds a path. */
import { expect, it } from '@jest/globals';
import { useProxiedDeployment } from '@nearby-friends/testing';
import { describeInBrowser } from '@nearby-friends/testing/chromium-here';
import { eventually } from '@nearby-friends/testing/eventually';
import { useBrowsers } from './test-support/browsers.ts';

const LOOP = { lat: 41.8826, lng: -87.6326 };

describeInBrowser('below a path of another host', () => {
  const proxied = useProxiedDeployment({ gateways: 1, locations: 1, friendGraphs: 1 });
  const browsers = useBrowsers({
    get url() {
      return proxied.front.pathUrl;
    },
  });

  it('the page loads whole, signs in, has a WebSocket and says nothing of long-polling', async () => {
    await proxied.deployment.befriend(['ada', 'ben']);
    const ben = await proxied.deployment.signIn('ben');
    await ben.reportUntilKept(LOOP);
    const ada = await browsers.visit({ at: LOOP });
    const sockets: string[] = [];
    const loaded: string[] = [];
    const failed: string[] = [];
    ada.page.on('websocket', (socket) => sockets.push(new URL(socket.url()).pathname));
    ada.page.on('response', (response) => {
      const { pathname } = new URL(response.url());
      if (response.status() < 400) loaded.push(pathname);
      else failed.push(`${response.status()} ${pathname}`);
    });
    await ada.page.reload();
    await ada.signIn('ada');
    await ada.row('ben').waitFor();
    await ada.page.locator('.maplibregl-canvas').waitFor();
    // The list has come, and with it the choice of the transport, which a note would name.
    expect(sockets).toEqual(['/nearby/socket.io/']);
    expect(await ada.page.getByText(/a WebSocket could not be opened/).count()).toBe(0);
    // Tiles of the map, which a worker loads.
    await eventually(() => expect(loaded.some((path) => path.startsWith('/nearby/map/'))).toBe(true));
    expect(failed).toEqual([]);
  });

  it('the API documents show the operations, and call them', async () => {
    const { page } = await browsers.visit();
    await page.goto(`${proxied.front.pathUrl}/api/docs`);
    await page.getByText('/me/sharing', { exact: true }).first().waitFor();
    await page.getByRole('link', { name: 'The socket events' }).click();
    await page.getByRole('heading', { name: 'location:update client → server' }).waitFor();
    await page.getByRole('link', { name: 'The HTTP API' }).click();
    await page.getByText('/me/export', { exact: true }).first().click();
    const called = page.waitForResponse((response) => response.url().endsWith('/me/export'));
    await page.getByRole('button', { name: 'Execute' }).click();
    expect([new URL((await called).url()).pathname, (await called).status()]).toEqual([
      '/nearby/api/v1/me/export',
      401,
    ]);
  });
});
