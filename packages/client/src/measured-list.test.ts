/** Tests distances of a moving viewer, with servers that leave measuring to the client and servers that measure. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { ManualClock } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { FERRY_BUILDING, north } from '@nearby-friends/testing/places';
import { type ScriptedServer, useScriptedServer } from './scripted-server.testing.ts';
import type { NearbyFriend, Position } from './wire-messages.ts';

const RADIUS = { radiusMeters: 5_000 };
/** The start time of every test. */
const NOW = new ManualClock().now();

/** A friend that many metres north, as sent to a viewer at `viewerMeters` north. */
function friend(id: string, meters: number, viewerMeters: number, more: Partial<NearbyFriend> = {}): NearbyFriend {
  const distance = Math.abs(meters - viewerMeters);
  return { id, ...place(meters), distance, at: NOW, precision: 'exact', ...more };
}
const place = (meters: number): Position => north(FERRY_BUILDING, meters);

const opened = useScriptedServer();
let server: ScriptedServer;
/** All lists the app received, as `id meters`. */
let lists: string[][];
beforeEach(() => {
  server = opened();
  lists = [];
  server.app.nearby.subscribe((list) => lists.push(textOf(list)));
});

const textOf = (list: readonly NearbyFriend[]) => list.map(({ id, distance }) => `${id} ${distance}`);
const listed = () => textOf(server.app.nearby.value);
const untilListed = (...list: string[]) => eventually(() => expect(listed()).toEqual(list));

/** Online, at 0 m, with ann at 100 m and bob at 400 m. */
async function begin(): Promise<void> {
  await server.app.updateLocation(place(0));
  server.send('nearby:snapshot', { ...RADIUS, friends: [friend('ann', 100, 0), friend('bob', 400, 0)] });
  await untilListed('ann 100', 'bob 400');
  lists.length = 0;
}

describe('a viewer who moves', () => {
  it('[N2] sees stationary friends at new distances, sorted, as soon as the server accepts the position', async () => {
    await begin();
    await server.app.updateLocation(place(300));
    expect(listed()).toEqual(['bob 100', 'ann 200']);
    await server.app.updateLocation({ ...place(249.996), speed: 1 });
    expect(listed()).toEqual(['ann 150', 'bob 150']);
    expect(lists.length).toBe(2);
  });

  it('gets no new list without movement or for less than a centimetre', async () => {
    await begin();
    const before = server.app.nearby.value;
    await server.app.updateLocation(place(0));
    await server.app.updateLocation(place(0.002));
    expect(server.app.nearby.value).toBe(before);
    expect(lists).toEqual([]);
  });

  it('sees moving and entering friends measured from the last accepted position', async () => {
    await begin();
    await server.app.updateLocation(place(300));
    // Measured by a gateway that did not have the new position yet.
    const upserts = [friend('ann', 350, 0, { at: NOW + 1 }), friend('cem', 290, 0, { at: NOW + 1 })];
    server.send('nearby:changes', { upserts, removed: [] });
    await untilListed('cem 10', 'ann 50', 'bob 100');
    expect(lists.length).toBe(2);
    server.send('nearby:changes', { upserts: [], removed: ['cem'] });
    await untilListed('ann 50', 'bob 100');
  });

  it('measures to the grid point of an approximate friend', async () => {
    await begin();
    const upserts = [friend('bob', 1_000, 0, { at: NOW + 1, precision: 'approximate' })];
    server.send('nearby:changes', { upserts, removed: [] });
    await untilListed('ann 100', 'bob 1000');
    await server.app.updateLocation(place(600));
    expect(listed()).toEqual(['bob 400', 'ann 500']);
    expect(server.app.nearby.value[0]).toEqual(friend('bob', 1_000, 600, { at: NOW + 1, precision: 'approximate' }));
  });
});

describe('a report', () => {
  const refusals = [
    ['invalid_payload', false],
    ['rate_limited', true],
  ] as const;
  it.each(refusals)('refused with %s does not move the viewer', async (code, retryable) => {
    await begin();
    server.respond = () => ({ ok: false, code, message: 'No.', retryable });
    server.app.updateLocation(place(300)).catch(() => undefined);
    await eventually(() => expect(server.received.length).toBe(2));
    server.send('nearby:changes', { upserts: [friend('cem', 50, 0)], removed: [] });
    await untilListed('cem 50', 'ann 100', 'bob 400');
    expect(lists.length).toBe(1);
  });

  it('without a response does not move the viewer', async () => {
    await begin();
    server.respond = () => undefined;
    server.app.updateLocation(place(300)).catch(() => undefined);
    await eventually(() => expect(server.received.length).toBe(2));
    server.send('nearby:changes', { upserts: [friend('cem', 50, 300)], removed: [] });
    await untilListed('cem 50', 'ann 100', 'bob 400');
    expect(lists.length).toBe(1);
  });

  it('that could not be published to friends still moves the viewer', async () => {
    await begin();
    server.respond = () => ({ ok: false, code: 'unavailable', message: 'Not now.', retryable: true });
    server.app.updateLocation(place(300)).catch(() => undefined);
    await untilListed('bob 100', 'ann 200');
  });

  it('is not affected by later changes of the passed object', async () => {
    await begin();
    const position = place(300);
    const accepted = server.app.updateLocation(position);
    position.lat = 0;
    await accepted;
    expect(listed()).toEqual(['bob 100', 'ann 200']);
  });
});

describe('a connection', () => {
  it('starts with the server’s distances, which arrive before its response', async () => {
    server.respond = () => {
      server.send('nearby:snapshot', { ...RADIUS, friends: [friend('ann', 100, 0), friend('bob', 400, 0)] });
      return undefined;
    };
    server.app.updateLocation(place(0)).catch(() => undefined);
    await untilListed('ann 100', 'bob 400');
  });

  it('does not measure from the position of the previous connection after a reconnect', async () => {
    await begin();
    server.socket.conn.close();
    await eventually(() => expect(server.app.status.value.kind).toBe('reconnecting'));
    const walked = server.app.updateLocation(place(300));
    server.respond = () => {
      server.send('nearby:snapshot', { ...RADIUS, friends: [friend('ann', 100, 300), friend('cem', 350, 300)] });
      return { ok: true, at: server.clock.now() };
    };
    server.clock.advance(1_000);
    await walked;
    expect(lists).toEqual([['cem 50', 'ann 200']]);
    await server.app.updateLocation(place(100));
    expect(listed()).toEqual(['ann 0', 'cem 250']);
  });
});

describe('a server that measures', () => {
  it.each(['before', 'after'])('produces the same lists when its distances arrive %s the response', async (when) => {
    await begin();
    const measured = { upserts: [friend('ann', 100, 300), friend('bob', 400, 300)], removed: [] };
    server.respond = () => {
      if (when === 'before') server.send('nearby:changes', measured);
      return { ok: true, at: server.clock.now() };
    };
    await server.app.updateLocation(place(300));
    if (when === 'after') server.send('nearby:changes', measured);
    expect(listed()).toEqual(['bob 100', 'ann 200']);
    const { value } = server.app.nearby;
    // The arrival of this message proves that the previous one has arrived.
    server.send('nearby:changes', { upserts: [friend('cem', 500, 300)], removed: [] });
    await untilListed('bob 100', 'ann 200', 'cem 200');
    expect(lists.length).toBe(2);
    expect(server.app.nearby.value.slice(0, 2)).toEqual(value);
    for (const [i, kept] of value.entries()) expect(server.app.nearby.value[i]).toBe(kept);
  });
});
