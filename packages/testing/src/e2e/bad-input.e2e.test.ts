/** Any bad input gets an error with a code or a closed socket, never a crash, and no other client is affected. */
import { once } from 'node:events';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../plain/eventually.ts';
import { FERRY_BUILDING, north } from '../plain/places.ts';
import type { NearbyClient } from '../stack/nearby-client.ts';
import { openRawSocket } from '../stack/open-raw-socket.ts';
import { useDeployment } from '../stack/use-deployment.ts';

const deployment = useDeployment();
let witness: NearbyClient;
let neighbour: NearbyClient;
let pids: number[];

beforeAll(async () => {
  await deployment.befriend(['witness', 'neighbour']);
  pids = processes();
});
afterEach(async () => {
  await stillServed();
  deployment.closeClients();
});

const processes = () => {
  const { gateways, locations, friendGraphs } = deployment.stack;
  return [...gateways, ...locations, ...friendGraphs].map(({ pid }) => pid ?? 0);
};

/** The same processes as at the start, and two innocent people on the same gateway who see each other move. */
async function stillServed(): Promise<void> {
  witness = await deployment.signIn('witness', { gateway: 0 });
  neighbour = await deployment.signIn('neighbour', { gateway: 0 });
  await witness.reportUntilKept(FERRY_BUILDING);
  const meters = 10 + Math.round(Math.random() * 1_000);
  await neighbour.reportUntilKept(north(FERRY_BUILDING, meters));
  await eventually(() => expect(Math.round(witness.friends[0]?.distance ?? 0)).toBe(meters));
  expect(processes()).toEqual(pids);
  for (const { logs } of deployment.stack.gateways) expect(logs.join('\n')).not.toMatch(/unhandled/i);
}

const deep = (depth: number): unknown => JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);

describe('a bad payload', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a string', 'here'],
    ['a number', 7],
    ['an array', [37, -122]],
    ['NaN, which JSON makes null', { lat: Number.NaN, lng: 0 }],
    ['Infinity, which JSON makes null', { lat: 0, lng: Number.POSITIVE_INFINITY }],
    ['91 degrees', { lat: 91, lng: 0 }],
    ['−180.1 degrees', { lat: 0, lng: -180.1 }],
    ['strings for numbers', { lat: '37.7', lng: '-122.4' }],
    ['a huge exponent', { lat: 1e308, lng: 0 }],
    ['no longitude', { lat: 1 }],
    ['deep nesting', { lat: deep(200), lng: 1 }],
    ['a binary attachment', { lat: Buffer.from('37.7'), lng: 1 }],
    ['a prototype', JSON.parse('{"__proto__": {"lat": 1, "lng": 1}}')],
  ])('[L1] such as %s gets invalid_payload', async (_what, payload) => {
    const client = await deployment.signIn('mallory', { gateway: 0 });
    const answer = await client.send('location:update', payload);
    expect(answer).toMatchObject({ ok: false, code: 'invalid_payload', retryable: false });
    // The connection is still good, and so is a good position.
    expect(await client.report(FERRY_BUILDING)).toMatchObject({ ok: true });
  });

  it('[L1] gets an error that names the field, and never its value', async () => {
    const client = await deployment.signIn('mallory', { gateway: 0 });
    const answer = await client.send('location:update', { lat: 91.234_567, lng: 12 });
    expect(answer).toMatchObject({ ok: false, message: expect.stringContaining('lat') });
    expect(JSON.stringify(answer)).not.toContain('91.2');
  });

  it('[L1] with optional fields that say nothing is accepted without them, as phones send them', async () => {
    const client = await deployment.signIn('mallory', { gateway: 0 });
    const payload = { lat: 1, lng: 1, accuracy: null, speed: -1, heading: -1, battery: Number.NaN };
    expect(await client.send('location:update', payload)).toMatchObject({ ok: true });
  });

  it.each([
    ['x', 'invalid_payload'],
    ['1700000000000', 'invalid_payload'],
    [-1, 'stale_position'],
    [0, 'stale_position'],
  ])('[L2] with the time %p is refused with %s and names the field', async (at, code) => {
    const client = await deployment.signIn('mallory', { gateway: 0 });
    const answer = await client.send('location:update', { lat: 1, lng: 1, at });
    expect(answer).toMatchObject({
      ok: false,
      code,
      retryable: false,
      message: expect.stringMatching(/\bat:? must be/),
    });
    expect(await client.send('location:update', { lat: 1, lng: 1, at: null })).toMatchObject({ ok: true });
  });

  it('[L1] with unknown fields is accepted without them', async () => {
    const client = await deployment.signIn('mallory', { gateway: 0 });
    const payload = JSON.parse('{"lat": 1, "lng": 1, "time": 5, "constructor": {}, "__proto__": {"ok": false}}');
    expect(await client.send('location:update', payload)).toMatchObject({ ok: true });
  });

  it.each(['nearby:snapshot', '__proto__', 'constructor', 'toString', '', 'x'.repeat(500)])(
    'under the name of an unknown event (%p) gets invalid_payload',
    async (event) => {
      const client = await deployment.signIn('mallory', { gateway: 0 });
      expect(await client.send(event, {})).toMatchObject({ ok: false, code: 'invalid_payload' });
    },
  );

  it('without an acknowledgement does no harm', async () => {
    const client = await deployment.signIn('mallory', { gateway: 0 });
    client.socket.emit('location:update', { lat: 91 });
    client.socket.emit('nonsense');
    client.socket.emit('location:update', 'x', 'y', 'z');
    expect(await client.report(FERRY_BUILDING)).toMatchObject({ ok: true });
  });
});

describe('a client that overdoes it', () => {
  it('[L1] with a message of more than 4 KB, or of 1 MB, is closed', async () => {
    for (const size of [4_200, 1_000_000]) {
      const client = await deployment.signIn('mallory', { gateway: 0 });
      client.socket.io.reconnection(false);
      client.socket.emit('location:update', { lat: 1, lng: 1, padding: 'x'.repeat(size) });
      await eventually(() => expect(client.disconnects).toBe(1));
    }
  });

  it('gets rate_limited, and is closed when it goes on', async () => {
    const client = await deployment.signIn('mallory', { gateway: 0 });
    client.socket.io.reconnection(false);
    const answers = await Promise.all(Array.from({ length: 40 }, () => client.send('radius:set', { meters: 5_000 })));
    const limited = answers.filter((answer) => !answer.ok);
    expect(limited.length).toBeGreaterThan(10);
    expect(limited[0]).toMatchObject({ code: 'rate_limited', retryable: true });
    expect(client.socket.connected).toBe(true);
    for (let i = 0; i < 300; i++) client.socket.emit('location:update', { lat: 91, lng: 0 });
    await eventually(() => expect(client.disconnects).toBe(1));
  });

  it('[A5] with positions is closed as well, beyond what a phone buffers', async () => {
    const client = await deployment.signIn('mallory', { gateway: 0 });
    client.socket.io.reconnection(false);
    for (let i = 0; i < 3_000; i++) client.socket.emit('location:update', FERRY_BUILDING);
    await eventually(() => expect(client.disconnects).toBe(1));
  });

  it('[A5] because it was offline is not closed: of what it has buffered the newest counts', async () => {
    const client = await deployment.signIn('neighbour', { gateway: 0 });
    const friend = await deployment.signIn('witness', { gateway: 0 });
    await friend.reportUntilKept(FERRY_BUILDING);
    client.socket.disconnect();
    const acks: { ok: boolean }[] = [];
    for (let i = 1; i <= 73; i++) {
      client.socket.emit('location:update', north(FERRY_BUILDING, 10 * i), (ack: { ok: boolean }) => acks.push(ack));
    }
    client.socket.connect();
    await eventually(() => expect(acks).toHaveLength(73));
    expect(acks.filter(({ ok }) => !ok)).toEqual([]);
    await eventually(() => expect(Math.round(friend.friends[0]?.distance ?? 0)).toBe(730));
    expect(client.socket.connected).toBe(true);
  });
});

describe('bytes that are no Socket.IO', () => {
  /** Opens a raw Engine.IO WebSocket as mallory, signs in, sends `frames`, and resolves when the server closes it. */
  async function sendRaw(frames: readonly (string | Uint8Array)[], signIn = true): Promise<void> {
    const token = await deployment.token('mallory');
    const socket = openRawSocket(deployment.url);
    socket.on('message', (data: Buffer) => {
      const text = data.toString();
      if (signIn && text.startsWith('0')) socket.send(`40${JSON.stringify({ token })}`);
      if (text.startsWith(signIn ? '40' : '0')) for (const frame of frames) socket.send(frame);
    });
    await once(socket, 'close');
  }

  it.each<[string, readonly (string | Uint8Array)[]]>([
    ['malformed JSON', ['42["location:update",{"lat":']],
    ['no event name', ['42[]']],
    ['an event name that is no string', ['42[{"a":1}]']],
    ['a reserved event', ['42["connect"]']],
    ['an attachment without its header', [new Uint8Array([1, 2, 3])]],
    ['a million attachments announced', ['451000000-["location:update",{"_placeholder":true,"num":0}]']],
    ['a placeholder that points nowhere', ['451-["x",{"_placeholder":true,"num":99}]', new Uint8Array([1])]],
    ['an unknown packet type', ['49["x"]']],
    ['an unknown engine packet', ['9']],
    ['an unexpected ack, and then rubbish', ['4317["x"]', '42"']],
    [
      'a nested payload of 4 KB, and then rubbish',
      [`42["location:update",${'['.repeat(2_000)}${']'.repeat(2_000)}]`, '4x'],
    ],
  ])('(%s) close the connection', async (_what, frames) => {
    await sendRaw(frames);
  });

  it('(before signing in) close the connection', async () => {
    await sendRaw(['42["location:update",{"lat":1,"lng":1}]'], false);
    await sendRaw(['40{"token":'], false);
    await sendRaw([`40/other,${JSON.stringify({ token: 'x' })}`], false);
  });

  it('(over polling) are refused', async () => {
    const base = `${deployment.url}/socket.io/?EIO=4&transport=polling`;
    for (const [path, init] of [
      ['', { method: 'POST', body: 'x' }],
      ['&sid=unknown', {}],
      ['&sid=__proto__', {}],
      ['&sid=constructor', { method: 'POST', body: '42["x"]' }],
      ['', { method: 'DELETE' }],
    ] as const) {
      const response = await fetch(base + path, init);
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.status).toBeLessThan(500);
    }
  });
});
