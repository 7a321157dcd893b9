/** The package and the API behind an operator's proxy that changes the host and adds a path. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { availableFrontProxies, useProxiedDeployment } from '@nearby-friends/testing';
import { eventually } from '@nearby-friends/testing/eventually';
import { FERRY_BUILDING, north } from '@nearby-friends/testing/places';
import { connect } from './connect.ts';
import type { NearbyConnection } from './nearby-connection.ts';
import { signInForDevelopment } from './sign-in-for-development.ts';

const connections: NearbyConnection[] = [];
afterEach(() => {
  for (const connection of connections.splice(0)) connection.close();
});

/** Connects as a page of `origin` would, or an app without one. */
function connectAs(userId: string, url: string, origin?: string, transports?: readonly ('websocket' | 'polling')[]) {
  const getToken = async () => (await signInForDevelopment({ url, userId })).token;
  const headers = origin === undefined ? {} : { origin };
  const connection = connect({ url, getToken, headers, ...(transports && { transports }) });
  connections.push(connection);
  return connection;
}

describe.each(await availableFrontProxies())('[A7] behind %s, which changes the host', (program) => {
  const proxied = useProxiedDeployment({ program, gateways: 1, locations: 1, friendGraphs: 1 });

  it('a page of the public address gets a WebSocket, the API and a live list, and so does an app', async () => {
    const { deployment, front } = proxied;
    await deployment.befriend(['proxied-ann', 'proxied-bob']);
    const ann = connectAs('proxied-ann', front.pathUrl, new URL(front.pathUrl).origin);
    const bob = connectAs('proxied-bob', `${front.pathUrl}/`);
    await ann.updateLocation(FERRY_BUILDING);
    await bob.updateLocation(north(FERRY_BUILDING, 100));
    await eventually(() => expect(ann.nearby.value.map(({ id }) => id)).toEqual(['proxied-bob']));
    expect([ann.transport.value, bob.transport.value]).toEqual(['websocket', 'websocket']);
    expect((await ann.api.me.get()).id).toBe('proxied-ann');
    expect((await ann.api.friends.page()).items.map(({ id }) => id)).toEqual(['proxied-bob']);
  });

  it('a page of the public address may fall back to long-polling', async () => {
    const { origin } = new URL(proxied.front.pathUrl);
    const ann = connectAs('proxied-ann', proxied.front.pathUrl, origin, ['polling']);
    await ann.updateLocation(FERRY_BUILDING);
    expect(ann.transport.value).toBe('polling');
  });

  it.each(['https://evil.example', 'the host that the proxy has changed'])(
    'a page of %s gets nothing',
    async (given) => {
      const { origin } = new URL(proxied.front.hostUrl);
      const ann = connectAs('proxied-ann', proxied.front.hostUrl, given.startsWith('https') ? given : origin);
      await eventually(() => expect(ann.status.value).toMatchObject({ kind: 'connecting', error: { status: 403 } }));
      expect(ann.status.value).toMatchObject({ error: { message: expect.stringContaining('PUBLIC_URL') } });
      await eventually(async () =>
        expect(await proxied.deployment.gatewayMetric(0, 'nearby_connections_refused_total')).toBeGreaterThan(0),
      );
    },
  );

  it('the API documents name the public address and find all that they refer to', async () => {
    const { pathUrl } = proxied.front;
    for (const path of ['/api/docs', '/api/docs/events']) {
      const page = await fetch(pathUrl + path);
      expect(page.status).toBe(200);
      for (const [, reference = ''] of (await page.text()).matchAll(/(?:src|href)="([^"]*)"/g)) {
        const address = new URL(reference, page.url);
        expect(address.href).toMatch(`${pathUrl}/api/docs/`);
        expect((await fetch(address)).status).toBe(200);
      }
    }
    const { servers } = (await (await fetch(`${pathUrl}/api/docs/openapi.json`)).json()) as {
      servers: { url: string }[];
    };
    const addresses = servers.map(({ url }) => new URL(url, `${pathUrl}/api/docs/openapi.json`).href);
    expect(addresses).toEqual([`${pathUrl}/api/v1`, `${pathUrl}/api/v1`]);
  });
});
