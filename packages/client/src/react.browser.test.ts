/** Tests the bundled package in a real browser with the React hooks and the browser's geolocation. */
import { beforeAll, expect, it } from '@jest/globals';
import { useDeployment } from '@nearby-friends/testing';
import { describeInBrowser } from '@nearby-friends/testing/chromium-here';
import { eventually } from '@nearby-friends/testing/eventually';
import { FERRY_BUILDING, north } from '@nearby-friends/testing/places';
import type { BrowserContext, Page } from 'playwright-core';
import { useConnections } from './connect.testing.ts';
import { bundleForBrowser, useChromium } from './in-browser.testing.ts';

const APP = `
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { connect, signInForDevelopment } from './index.ts';
import { useNearbyFriends, useObservable } from './react.ts';

const url = location.origin;
const getToken = async () => (await signInForDevelopment({ url, userId: 'browser-ann' })).token;
const connection = connect({ url, getToken });
const errors = [];
connection.watchPosition({ onError: (error) => errors.push(error.code) });
let renderings = 0;

function App() {
  renderings++;
  const status = useObservable(connection.status);
  const friends = useNearbyFriends(connection);
  const list = friends.map(({ id, distance }) => id + ' ' + Math.round(distance)).join(', ');
  return createElement('p', null, status.kind + ': ' + list);
}
createRoot(document.body).render(createElement(App));
Object.assign(globalThis, { app: { connection, errors, renderings: () => renderings } });
`;

describeInBrowser('in a browser', () => {
  const deployment = useDeployment();
  const connectAs = useConnections(deployment);
  // The page has no address, so Chromium would treat this machine's addresses as another network.
  const browser = useChromium('--disable-features=LocalNetworkAccessChecks');
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];
  const webSockets: string[] = [];

  beforeAll(async () => {
    context = await browser().newContext({ geolocation: placeOf(0), permissions: ['geolocation'] });
    page = await context.newPage();
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('websocket', (socket) => webSockets.push(new URL(socket.url()).pathname));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    const app = await bundleForBrowser(APP);
    // On the deployment's origin, as in production.
    await page.route(`${deployment.url}/app`, (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html><body></body><script src="/app.js"></script>' }),
    );
    await page.route(`${deployment.url}/app.js`, (route) =>
      route.fulfill({ contentType: 'text/javascript', body: app }),
    );
  }, 60_000);

  function placeOf(meters: number) {
    const { lat: latitude, lng: longitude } = north(FERRY_BUILDING, meters);
    return { latitude, longitude };
  }
  const text = async () => await page.textContent('p');

  it('shows nearby friends, reports its position and reconnects when its gateway is killed', async () => {
    await deployment.befriend(['browser-ann', 'browser-bob']);
    const bob = await connectAs('browser-bob');
    await bob.updateLocation(north(FERRY_BUILDING, 100));
    await page.goto(`${deployment.url}/app`);
    await eventually(async () => expect(await text()).toBe('online: browser-bob 100'), 40_000);
    await bob.updateLocation(north(FERRY_BUILDING, 300));
    await eventually(async () => expect(await text()).toBe('online: browser-bob 300'));
    expect(await page.evaluate('app.errors')).toEqual([]);
    await context.setGeolocation(placeOf(1_000));
    await eventually(() => expect(bob.nearby.value[0]?.distance).toBeCloseTo(700, 0));
    await eventually(async () => expect(await text()).toBe('online: browser-bob 700'));
    expect(complaints).toEqual([]);
    expect(webSockets).toEqual(['/socket.io/']);

    for (const gateway of deployment.stack.gateways) gateway.kill();
    await eventually(async () => expect(await text()).toBe('reconnecting: browser-bob 700'));
    await Promise.all(deployment.stack.gateways.map((gateway) => gateway.start()));
    await bob.updateLocation(north(FERRY_BUILDING, 900));
    await eventually(async () => expect(await text()).toBe('online: browser-bob 100'), 40_000);
    // One rendering per change: about ten changes so far.
    expect(await page.evaluate('app.renderings()')).toBeLessThan(40);
  });
});
