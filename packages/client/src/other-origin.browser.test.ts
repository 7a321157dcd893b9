/** Tests an app on another site in a real browser: with its origin allowed it has everything, otherwise nothing. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { useDeployment } from '@nearby-friends/testing';
import { describeInBrowser } from '@nearby-friends/testing/chromium-here';
import type { Page } from 'playwright-core';
import { bundleForBrowser, useChromium } from './in-browser.testing.ts';

const APP = `
import { connect, createApi } from './index.ts';

/** Resolves with the value when the condition holds. */
const once = (observable, condition) => new Promise((resolve) => {
  const check = () => condition(observable.value) && resolve(observable.value);
  check();
  observable.subscribe(check);
});
const failureOf = (call) => call.then(() => 'none', ({ code, status, retryAfterMs }) => ({ code, status, retryAfterMs }));

Object.assign(globalThis, {
  async use(url, token, transport) {
    const connection = connect({ url, token, transports: [transport] });
    await once(connection.status, ({ kind }) => kind === 'online');
    await connection.updateLocation({ lat: 41.88, lng: -87.63 });
    const { displayName } = await connection.api.me.update({ displayName: 'Ann ' + transport });
    connection.close();
    return [transport, displayName];
  },
  async flood(url, token) {
    const api = createApi({ url, token });
    for (;;) {
      const failure = await failureOf(api.me.get());
      if (failure !== 'none') return failure;
    }
  },
  async fail(url, token, transport) {
    const connection = connect({ url, token, transports: [transport] });
    const { error } = await once(connection.status, ({ error }) => error !== undefined);
    const failure = await failureOf(connection.api.me.update({ displayName: 'Eve' }));
    connection.close();
    return [error.code, failure.code];
  },
});
`;

let app = '';

/** Serves the app at an origin of its own. */
async function serve(): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url === '/app.js') response.setHeader('content-type', 'text/javascript').end(app);
    else response.setHeader('content-type', 'text/html').end('<!doctype html><script src="/app.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const originOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

// Before the deployment, which must know the origin.
const [allowed, other] = [await serve(), await serve()];
afterAll(() => {
  for (const server of [allowed, other]) server.close();
});

describeInBrowser('[A7] an app on another site', () => {
  const deployment = useDeployment({
    gateways: 1,
    locations: 1,
    friendGraphs: 1,
    env: { all: { ALLOWED_ORIGINS: originOf(allowed) }, 'friend-graph': { USER_REQUESTS_PER_MINUTE: '30' } },
  });
  const browser = useChromium();

  beforeAll(async () => {
    app = await bundleForBrowser(APP);
  }, 60_000);

  async function visit(server: Server): Promise<Page> {
    const page = await browser().newPage();
    await page.goto(`${originOf(server)}/`);
    return page;
  }
  const call = async (page: Page, name: 'use' | 'flood' | 'fail', userId: string, transport = 'websocket') => {
    const given = [name, deployment.url, await deployment.token(userId), transport] as const;
    return await page.evaluate(
      ([what, ...rest]) => (globalThis as unknown as Record<string, (...all: string[]) => unknown>)[what]?.(...rest),
      given,
    );
  };

  it('that is allowed connects by WebSocket and by long-polling, changes things, and reads when to retry', async () => {
    const page = await visit(allowed);
    for (const transport of ['websocket', 'polling']) {
      expect(await call(page, 'use', 'ann', transport)).toEqual([transport, `Ann ${transport}`]);
    }
    const failure = (await call(page, 'flood', 'ann')) as { retryAfterMs: number };
    expect(failure).toMatchObject({ code: 'rate_limited', status: 429 });
    expect(failure.retryAfterMs).toBeGreaterThan(0);
  });

  it('that is not allowed gets nothing, by neither transport, and is told why', async () => {
    const page = await visit(other);
    for (const transport of ['websocket', 'polling']) {
      expect(await call(page, 'fail', 'eve', transport)).toEqual(['origin_refused', 'origin_refused']);
    }
  });
});
