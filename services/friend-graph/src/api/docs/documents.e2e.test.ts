import { describe, expect, it } from '@jest/globals';
import { ApiClient, BackgroundApp, useDeployment } from '@nearby-friends/testing';
import { eventually } from '@nearby-friends/testing/eventually';
import { FERRY_BUILDING, north } from '@nearby-friends/testing/places';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { type AsyncApiDocument, referenceName } from './asyncapi.ts';
import { CLIENT_EVENTS, SERVER_EVENTS } from './socket-events.ts';

const deployment = useDeployment({ ingests: 1 });

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

describe('the OpenAPI document', () => {
  it('describes what background apps are answered, which another service does', async () => {
    const document = JSON.parse((await get('/api/docs/openapi.json')).text);
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    ajv.addSchema(document, 'document');
    await deployment.befriend(['una', 'vic']);
    const api = new ApiClient(deployment);
    const [una, vic] = [
      await BackgroundApp.register(deployment, api, 'una'),
      await BackgroundApp.register(deployment, api, 'vic'),
    ];
    const place = { lat: 37.7955, lng: -122.3937 };
    const now = new Date().toISOString();
    const coords = { latitude: place.lat, longitude: place.lng };
    const location = { _type: 'location', lat: place.lat, lon: place.lng, tst: Math.floor(Date.now() / 1000) };
    const feature = {
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [place.lng, place.lat] },
      properties: { timestamp: now },
    };
    const json = { 'content-type': 'application/json' };
    const traccar = (secret: string) =>
      una.post(
        '/api/v1/ingest/traccar',
        JSON.stringify({ device_id: secret, location: { timestamp: now, coords } }),
        json,
      );
    await vic.owntracks(JSON.stringify(location));
    const wrong = 'x'.repeat(43);
    const answers: [path: string, status: number, answer: { status: number; text: string; headers: Headers }][] = [
      ['/owntracks', 200, await una.owntracks(JSON.stringify(location))],
      ['/owntracks', 401, await una.owntracks(JSON.stringify(location), wrong)],
      ['/positions', 200, await una.bearer('/api/v1/positions', place)],
      ['/positions', 400, await una.bearer('/api/v1/positions', { lat: 91 })],
      ['/positions', 401, await una.bearer('/api/v1/positions', place, wrong)],
      ['/positions', 413, await una.bearer('/api/v1/positions', { ...place, pad: 'x'.repeat(20_000) })],
      ['/ingest/overland', 200, await una.bearer('/api/v1/ingest/overland', { locations: [feature] })],
      ['/ingest/overland', 401, await una.bearer('/api/v1/ingest/overland', { locations: [feature] }, wrong)],
      ['/ingest/traccar', 200, await traccar(una.secret)],
      ['/ingest/traccar', 401, await traccar(wrong)],
    ];
    for (const [path, status, { text, headers, ...answer }] of answers) {
      expect({ path, status: answer.status }).toEqual({ path, status });
      const type = headers.get('content-type')?.split(';')[0] ?? '';
      const pointer = [path, 'post', 'responses', status, 'content', type]
        .map((part) => encodeURIComponent(String(part).replaceAll('/', '~1')))
        .join('/');
      const validate = ajv.compile({ $ref: `document#/paths/${pointer}/schema` });
      validate(JSON.parse(text));
      expect({ path, status, errors: validate.errors ?? [] }).toEqual({ path, status, errors: [] });
    }
    expect(JSON.parse(answers[0]?.[2].text ?? '')).toHaveLength(2);
    expect(JSON.parse(answers[3]?.[2].text ?? '').errors.map(({ path }: { path: string }) => path)).toEqual([
      'lat',
      'lng',
    ]);
  });
});
