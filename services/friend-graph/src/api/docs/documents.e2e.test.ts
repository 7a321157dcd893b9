import { describe, expect, it } from '@jest/globals';
import { ApiClient, useDeployment } from '@nearby-friends/testing';
import { eventually } from '@nearby-friends/testing/eventually';
import { FERRY_BUILDING, north } from '@nearby-friends/testing/places';
import { Ajv } from 'ajv';
import { type AsyncApiDocument, referenceName } from './asyncapi.ts';
import { CLIENT_EVENTS, SERVER_EVENTS } from './socket-events.ts';

const deployment = useDeployment();

async function get(path: string) {
  const response = await fetch(deployment.url + path);
  const { status, headers, url } = response;
  return {
    url,
    status,
    type: headers.get('content-type'),
    policy: headers.get('content-security-policy'),
    text: await response.text(),
  };
}

describe('the documents behind the load balancer', () => {
  it.each(['/api/docs', '/api/docs/', '/api/docs/events'])(
    '%s is a page that needs nothing from elsewhere',
    async (path) => {
      const page = await get(path);
      expect(page).toMatchObject({ status: 200, type: expect.stringContaining('text/html') });
      expect(page.policy).toContain("default-src 'none'");
      expect(page.policy).not.toMatch(/unsafe|https?:/);
      // What the policy would forbid: scripts and styles in the page itself.
      expect(page.text).not.toMatch(/<script>|<style|\son[a-z]+=|\sstyle=/);
      const references = [...page.text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, reference = '']) => reference);
      expect(references.length).toBeGreaterThan(2);
      for (const reference of references) {
        const address = new URL(reference, page.url);
        expect(address.pathname).toMatch(/^\/api\/docs\//);
        expect((await fetch(address)).status).toBe(200);
      }
    },
  );

  it('names every operation and every event', async () => {
    const { text } = await get('/api/docs/events');
    for (const event of Object.keys({ ...CLIENT_EVENTS, ...SERVER_EVENTS })) expect(text).toContain(event);
    const { paths } = JSON.parse((await get('/api/docs/openapi.json')).text);
    expect(Object.keys(paths)).toContain('/viewers/{id}');
    expect((await fetch(`${deployment.url}/api/docs/openapi.json`, { method: 'POST' })).status).toBe(405);
    expect((await get('/api/docs/assets/package.json')).status).toBe(404);
  });
});

describe('the AsyncAPI document', () => {
  it('describes every message that gateways send, and each of its kinds is sent', async () => {
    const document = JSON.parse((await get('/api/docs/asyncapi.json')).text) as AsyncApiDocument;
    const ajv = new Ajv({ strict: false, allErrors: true });
    const { messages } = document.channels.root;
    const seen = new Set<string>();
    const expectDescribed = (name: string, payload: unknown) => {
      const key = referenceName(name);
      const validate = ajv.compile(messages[key]?.payload ?? false);
      validate(payload);
      expect({ name, errors: validate.errors ?? [] }).toEqual({ name, errors: [] });
      seen.add(key);
    };

    await deployment.befriend(['ann', 'bob']);
    const ann = deployment.client({ token: await deployment.token('ann'), address: deployment.addressOn(0) });
    const bob = await deployment.signIn('bob', { gateway: 1 });
    const received: [string, unknown][] = [];
    ann.socket.onAny((event: string, payload: unknown) => received.push([event, payload]));
    await ann.connect();
    const sayAll = async (event: string, ...payloads: unknown[]) => {
      for (const payload of payloads) expectDescribed(`${event}-ack`, await ann.send(event, payload));
    };
    await sayAll('location:update', FERRY_BUILDING, { lat: 91, lng: 0 });
    await sayAll('radius:set', { meters: 5_000 }, { meters: 1 });
    await sayAll('token:refresh', { token: await deployment.token('ann') }, { token: 'rubbish' });
    await bob.report({ ...north(FERRY_BUILDING, 100), accuracy: 5, heading: 90, speed: 1, battery: 0.5 });
    await eventually(() => expect(ann.friendIds).toEqual(['bob']));
    // The first may have come in a snapshot, because the radius had changed.
    await bob.report(north(FERRY_BUILDING, 150));
    await eventually(() => expect(received.map(([event]) => event)).toContain('nearby:changes'));
    await sayAll('viewing:set', { on: true }, { on: 'yes' });
    await bob.send('viewing:set', { on: true });
    await eventually(() => expect(received.map(([event]) => event)).toContain('pace:set'));
    const tablet = await deployment.signIn('ann', { gateway: 1 });
    await tablet.report(FERRY_BUILDING);
    await tablet.send('device:share', {});
    await eventually(() => expect(received.map(([event]) => event)).toContain('device:shared'));
    await sayAll('device:share', {});
    await fetch(`${deployment.url}/api/v1/friend-requests`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${await deployment.token('cid')}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ to: 'ann' }),
    });
    await eventually(() => expect(ann.friendsChanged).toHaveLength(1));
    const api = new ApiClient(deployment);
    await api.call('ann', 'PUT', '/me/sharing', { paused: false });
    await api.call('ann', 'PUT', '/viewers/bob', { precision: 'exact' });
    for (const event of ['sharing:changed', 'viewers:changed']) {
      await eventually(() => expect(received.map(([name]) => name)).toContain(event));
    }
    const refused = await deployment
      .client({ token: 'rubbish' })
      .connect()
      .catch((error: Error & { data?: unknown }) => error.data);
    expectDescribed('connect_error', refused);
    // More than a user may have at one gateway.
    for (let i = 0; i < 11; i++) {
      const { socket } = await deployment.signIn('dan', { gateway: 0 });
      socket.on('connection:closing', (payload: unknown) => received.push(['connection:closing', payload]));
    }
    await eventually(() => expect(received.map(([event]) => event)).toContain('connection:closing'));
    deployment.stack.gateways[0]?.kill('SIGTERM');
    await eventually(() => expect(received.map(([event]) => event)).toContain('server:draining'));

    for (const [event, payload] of received) expectDescribed(event, payload);
    const fromServer = Object.entries(document.operations).flatMap(([key, { action, reply }]) =>
      action === 'send'
        ? [key]
        : ((reply?.['messages'] ?? []) as { $ref: string }[]).map(({ $ref }) => $ref.split('/').at(-1)),
    );
    expect([...seen].sort()).toEqual(fromServer.sort());
  });
});
