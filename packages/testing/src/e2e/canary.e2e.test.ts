/** No coordinate, no token and no secret of a device gets into what the services write: logs, metrics, traces, errors, nginx' lines. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ServiceHandle } from '@nearby-friends/local-stack';
import { TraceCollector } from '../observability/trace-collector.ts';
import { eventually } from '../plain/eventually.ts';
import { ApiClient } from '../stack/api-client.ts';
import { BackgroundApp } from '../stack/background-app.ts';
import { Deployment } from '../stack/deployment.ts';

/** Digits that come from nowhere else. */
const LAT = 37.795_513_579;
const LNG = -122.393_724_681;
const CANARIES = ['795513579', '393724681', '791353579', '7777135791', 'canaryName', 'canaryToken'];

const collector = new TraceCollector();
await collector.start();
const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, TRACE_POSITION_SHARE: '1' };
const deployment = new Deployment({ ingests: 1, env: { all: { LOG_LEVEL: 'trace', ...traced } } });
const written: string[] = [];
const api = new ApiClient(deployment);

beforeAll(() => deployment.start(), 120_000);
afterAll(async () => {
  await deployment.stop();
  await collector.stop();
}, 60_000);

/** Registers a device, and returns its secret and what stands for it. */
async function driveSecret(): Promise<string[]> {
  const device = (await api.call('ann', 'POST', '/me/devices', { name: 'canaryName' })) as {
    id: string;
    secret: string;
  };
  const { secret } = device;
  written.push(
    JSON.stringify([
      await api.request('ann', 'PATCH', '/me', { secret }),
      await api.request('ann', 'GET', `/friends?cursor=${secret}`),
      await api.request('ann', 'DELETE', `/me/devices/${secret}`),
      await api.request('ann', 'GET', `/owntracks/${secret}`),
    ]),
  );
  const headers = { authorization: `Bearer ${secret}` };
  written.push(await (await fetch(`${deployment.url}/api/v1/me?u=${secret}`, { headers })).text());
  const hash = createHash('sha256').update(secret).digest();
  return [secret, hash.toString('hex'), hash.toString('base64')];
}

/** Every way on which a background app may bring something in. */
async function driveBackgroundApp(app: BackgroundApp): Promise<void> {
  const tst = Math.floor(Date.now() / 1000);
  const location = { _type: 'location', lat: LAT, lon: LNG, acc: 7_777.135_791, tst, SSID: 'canaryName' };
  for (const body of [location, { ...location, lat: 791_353_579 }, { ...location, tst: 'canaryToken' }, `{${LAT}`]) {
    const { status, text } = await app.owntracks(JSON.stringify(body));
    // A success has the place of a friend.
    if (status !== 200) written.push(text);
  }
  const answers = [
    await app.owntracks('{}', 'canaryToken'),
    await app.bearer('/api/v1/positions', { lat: 791_353_579, lng: LNG }),
    await app.bearer(`/api/v1/positions?lat=${LAT}&token=canaryToken`, { lat: LAT, lng: LNG }),
    await app.bearer('/api/v1/positions', { lat: LAT, lng: LNG }, 'canaryToken'),
    await app.bearer('/api/v1/ingest/overland', { locations: [LAT] }),
    await app.post('/api/v1/ingest/traccar', JSON.stringify({ device_id: 'canaryToken', location: { lat: LAT } }), {}),
    await app.post('/api/v1/ingest/traccar', JSON.stringify({ device_id: app.secret, location: [LAT] }), {}),
  ];
  written.push(JSON.stringify(answers.map(({ text }) => text)));
}

/** Every way on which something that must not be written could come in. */
async function driveEveryWay(app: BackgroundApp): Promise<void> {
  await deployment.befriend(['ann', 'bob']);
  const [ann, bob] = [await deployment.signIn('ann', { gateway: 0 }), await deployment.signIn('bob', { gateway: 1 })];
  for (const client of [ann, bob]) await client.reportUntilKept({ lat: LAT, lng: LNG, accuracy: 7_777.135_791 });
  await eventually(() => expect([ann.friendIds, bob.friendIds]).toEqual([['bob'], ['ann']]));
  const answers = [
    await ann.send('location:update', { lat: 791_353_579, lng: LNG }),
    await ann.send('location:update', { lat: '37.795513579', lng: LNG }),
    await ann.send('location:update', [LAT, LNG]),
    await ann.send('location:update', `${LAT},${LNG}`),
    await ann.send('radius:set', { meters: 7_777_135_791 }),
    await ann.send('token:refresh', { token: 'canaryToken' }),
    await ann.send('no-such-event-795513579', { lat: LAT }),
  ];
  written.push(JSON.stringify(answers));
  await deployment
    .client({ token: 'canaryToken' })
    .connect()
    .catch(() => undefined);
  await deployment
    .client({ auth: { token: { canaryToken: 1 } } })
    .connect()
    .catch(() => undefined);
  const asked = [
    await api.request('ann', 'PATCH', '/me', { displayName: 'canaryName', lat: LAT }),
    await api.request('ann', 'PATCH', '/me', { radiusMeters: 7_777_135_791 }),
    await api.request('ann', 'PATCH', '/me', { displayName: 'canaryName' }).then(({ status }) => ({ status })),
    await api.request('ann', 'GET', `/friends?cursor=canaryToken&lat=${LAT}`),
    await api.request('ann', 'PUT', '/viewers/bob', { precision: 'exact', until: 7_777_135_791 }),
    await api.request('ann', 'POST', '/friend-requests', { to: `${LAT}` }),
  ];
  written.push(JSON.stringify(asked));
  await driveBackgroundApp(app);
  for (const [url, init] of [
    ['/api/v1/me?token=canaryToken&lat=37.795513579', {}],
    ['/api/v1/me', { headers: { authorization: 'Bearer canaryToken' } }],
    ['/socket.io/?EIO=4&transport=polling&token=canaryToken', {}],
    ['/socket.io/?EIO=4&transport=polling&sid=canaryToken', { method: 'POST', body: '37.795513579' }],
  ] as const) {
    written.push(await (await fetch(deployment.url + url, init)).text());
  }
  // With the cache, then the database away, everything fails that can.
  await deployment.stack.redis?.kill();
  const failed = await ann.report({ lat: LAT, lng: LNG });
  await driveBackgroundApp(app);
  written.push(JSON.stringify([failed, await api.request('ann', 'PUT', '/me/sharing', { paused: true })]));
  await deployment.stack.redis?.restart();
  deployment.stack.postgres?.process.kill('SIGKILL');
  written.push(JSON.stringify(await api.request('ann', 'PATCH', '/me', { displayName: 'canaryName' })));
  await deployment.stack.postgres?.process.start();
  await eventually(async () => expect(await ann.report({ lat: LAT, lng: LNG })).toMatchObject({ ok: true }), 20_000);
  deployment.stack.locations[0]?.kill();
  deployment.stack.friendGraphs[0]?.kill();
  await ann.report({ lat: LAT, lng: LNG }).catch(() => undefined);
  await Promise.all([deployment.stack.locations[0]?.start(), deployment.stack.friendGraphs[0]?.start()]);
}

it('drives canaries through every way, errors included, and finds none in all that was written', async () => {
  const secrets = await driveSecret();
  const app = await BackgroundApp.register(deployment, api, 'ann');
  await driveEveryWay(app);
  // Refused and failed ones among them: of a failure only the code is recorded.
  for (const name of ['sign-on', 'handshake', 'report', 'positions', 'serve record-positions', 'PATCH /api/v1/me']) {
    await eventually(() => expect(collector.spans.map((span) => span.name)).toContain(name), 20_000);
  }
  await eventually(() => {
    const failures = collector.spans.map(({ attributes }) => attributes['error.type']);
    expect(failures).toEqual(expect.arrayContaining(['unauthorized', 'unavailable']));
  }, 20_000);
  written.push(...collector.received);
  // Lines come through pipes and files: the last request's is there when all before it are.
  const { gateways, locations, friendGraphs, ingests, nginx } = deployment.stack;
  const lines = async () => (await readFile(nginx.accessLogFile, 'utf8')).trim().split('\n').length;
  const linesBefore = await lines();
  await api.request('ann', 'GET', '/me');
  await eventually(async () => expect(await lines()).toBeGreaterThan(linesBefore));
  const services: readonly ServiceHandle[] = [...gateways, ...locations, ...friendGraphs, ...ingests];
  for (const { name, logs, opsPort } of services) {
    await eventually(() => expect([name, logs.length]).not.toEqual([name, 0]));
    written.push(logs.join('\n'), await (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text());
  }
  written.push(await readFile(nginx.accessLogFile, 'utf8'));
  const everything = written.join('\n').replaceAll(/(\d)_(\d)/g, '$1$2');
  expect(everything).not.toContain(app.secret);
  expect(everything.length).toBeGreaterThan(50_000);
  expect(CANARIES.filter((canary) => everything.replaceAll('.', '').includes(canary))).toEqual([]);
  expect(secrets.filter((secret) => written.join('\n').includes(secret))).toEqual([]);
  // The tokens that were really used are as long as this at least, and begin like this.
  expect(/eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/.test(everything)).toBe(false);
}, 120_000);
