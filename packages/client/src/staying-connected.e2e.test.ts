/** Tests which failures a connection survives and which ones close it. */
import { describe, expect, it } from '@jest/globals';
import { useDeployment } from '@nearby-friends/testing';
import { eventually } from '@nearby-friends/testing/eventually';
import { FERRY_BUILDING, north } from '@nearby-friends/testing/places';
import { useConnections } from './connect.testing.ts';
import type { ConnectOptions } from './connect-options.ts';
import { NearbyError } from './nearby-error.ts';

const TTL_SECONDS = 4;
const TTL_MS = TTL_SECONDS * 1_000;
/** Short, but long enough to be used before it is refreshed. */
const TOKEN_LIFETIME_MS = 12_000;
/** The server's grace period for expired tokens (A2), checked every second. */
const TOKEN_GRACE_MS = 25_000;

const deployment = useDeployment({
  positionTtlSeconds: TTL_SECONDS,
  env: { gateway: { DRAIN_SPREAD_SECONDS: '2' } },
});
const connectAs = useConnections(deployment);
let pairs = 0;

const sessionsOfEach = () =>
  Promise.all(deployment.stack.gateways.map((_, gateway) => deployment.gatewayMetric(gateway, 'nearby_sessions')));

/** Two friends who see each other, and the gateway of the first one. */
async function connectPair(options: Partial<Omit<ConnectOptions, 'url'>> = {}) {
  const [a, b] = [`left-${++pairs}`, `right-${pairs}`];
  await deployment.befriend([a, b]);
  // Sessions of the previous test may still be closing.
  await eventually(async () => expect((await sessionsOfEach()).every((sessions) => sessions === 0)).toBe(true));
  const left = await connectAs(a, { gateway: 0, ...options });
  // Gateways are added and removed here, so the address does not determine the gateway.
  const gateway = await eventually(async () => {
    const sessions = await sessionsOfEach();
    expect(sessions).toContain(1);
    return sessions.indexOf(1);
  });
  const right = await connectAs(b, { gateway: 1, ...options });
  // Repeated, because on a slow machine a single report could expire before it is seen.
  const seeEachOther = () =>
    eventually(async () => {
      await Promise.all([left.updateLocation(FERRY_BUILDING), right.updateLocation(north(FERRY_BUILDING, 100))]);
      expect([left.ids, right.ids]).toEqual([[b], [a]]);
    }, 20_000);
  await seeEachOther();
  return { b, left, right, gateway, seeEachOther };
}

describe('a connection', () => {
  it('reconnects to another gateway when its gateway is killed, and sends its position again', async () => {
    const { b, left, right, gateway } = await connectPair();
    deployment.stack.gateways[gateway]?.kill();
    await eventually(() =>
      expect(left.statuses.map(({ kind }) => kind)).toEqual(['connecting', 'online', 'reconnecting', 'online']),
    );
    expect(left.statuses[2]).toMatchObject({ kind: 'reconnecting', error: { name: 'NearbyError', code: 'network' } });
    // The app has not called updateLocation again. Without a position there would be no list.
    await eventually(async () => {
      await right.updateLocation(north(FERRY_BUILDING, 200));
      expect(left.nearby.value).toMatchObject([{ id: b, distance: expect.closeTo(200, 0) }]);
    });
    expect(right.statuses.at(-1)).toEqual({ kind: 'online' });
    await deployment.stack.gateways[gateway]?.start();
  }, 60_000);

  it('[S5] removes expired friends while all gateways are down, and shows them again afterwards', async () => {
    const { b, left, right, seeEachOther } = await connectPair({ positionTtlMs: TTL_MS });
    for (const gateway of deployment.stack.gateways) gateway.kill();
    await eventually(() => expect(left.status.value.kind).toBe('reconnecting'));
    expect(left.ids).toEqual([b]);
    await eventually(() => expect([left.ids, right.ids]).toEqual([[], []]), TTL_MS + 5_000);
    expect(left.status.value.kind).toBe('reconnecting');
    // Reported when the gateways are back: a position that waits for longer than it lives is refused.
    await Promise.all(deployment.stack.gateways.map((gateway) => gateway.start()));
    const waiting = left.updateLocation(FERRY_BUILDING);
    expect(await waiting).toEqual({ at: expect.any(Number), shared: true });
    await seeEachOther();
  }, 60_000);

  // The last: a session over long-polling ends only when its gateway misses it.
  it.each(['websocket', 'polling'] as const)(
    '[W3] moves to another gateway without an error when its gateway drains: %s',
    async (transport) => {
      const { left, gateway, seeEachOther } = await connectPair({ transports: [transport] });
      const leaving = deployment.stack.gateways[gateway];
      const removed = deployment.stack.removeGateway(gateway);
      await eventually(() =>
        expect(left.statuses).toEqual([
          { kind: 'connecting', failures: 0 },
          { kind: 'online' },
          { kind: 'reconnecting', failures: 0 },
          { kind: 'online' },
        ]),
      );
      await removed;
      expect(await leaving?.exited).toBe(0);
      await seeEachOther();
      await deployment.stack.addGateway();
    },
    60_000,
  );
});

describe('a token', () => {
  it('[A2] that expires is refreshed on the same connection; without getToken the connection closes', async () => {
    // The `exp` claim has whole seconds.
    const expiresAt = 1_000 * Math.floor((Date.now() + TOKEN_LIFETIME_MS) / 1_000);
    const token = await deployment.token('token-ann', { expiresAt });
    let fetched = 0;
    const getToken = async () => {
      fetched++;
      return deployment.token('token-ann');
    };
    const stays = await connectAs('token-ann', { token, getToken });
    const ends = await connectAs('token-ann', { token });
    await eventually(() => expect(ends.status.value.kind).toBe('closed'), TOKEN_LIFETIME_MS + TOKEN_GRACE_MS + 10_000);
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt + TOKEN_GRACE_MS);
    expect(ends.status.value).toMatchObject({ kind: 'closed', error: { code: 'token_expired' } });
    expect(stays.statuses.map(({ kind }) => kind)).toEqual(['connecting', 'online']);
    expect(fetched).toBe(1);
    await stays.updateLocation(FERRY_BUILDING);
    await expect(ends.updateLocation(FERRY_BUILDING)).rejects.toMatchObject({ code: 'token_expired' });
  }, 90_000);

  it('[A1] that is refused closes the connection with a typed error, unless getToken returns another', async () => {
    const refused = await connectAs('token-bob', { token: 'invalid-token' });
    await eventually(() => expect(refused.status.value.kind).toBe('closed'));
    const { status } = refused;
    expect(status.value.kind === 'closed' && status.value.error).toBeInstanceOf(NearbyError);
    expect(status.value).toMatchObject({ error: { code: 'unauthorized', retryable: false } });
    await expect(refused.updateLocation(FERRY_BUILDING)).rejects.toMatchObject({ code: 'unauthorized' });

    const getToken = () => deployment.token('token-bob');
    const renewed = await connectAs('token-bob', { token: 'invalid-token', getToken });
    await renewed.updateLocation(FERRY_BUILDING);
    expect(renewed.statuses.map(({ kind }) => kind)).toEqual(['connecting', 'online']);
  });

  it('that was revoked by signing out everywhere is replaced for the connection and for calls', async () => {
    const getToken = () => deployment.token('token-cem');
    const app = await connectAs('token-cem', { getToken });
    const other = await connectAs('token-cem', { gateway: 1 });
    await eventually(() => expect([app.status.value.kind, other.status.value.kind]).toEqual(['online', 'online']));
    await app.api.account.signOutEverywhere();
    await eventually(() => {
      expect(other.status.value).toMatchObject({ kind: 'closed', error: { code: 'unauthorized' } });
      expect(app.statuses.slice(1).map(({ kind }) => kind)).toEqual(['online', 'reconnecting', 'online']);
    }, 20_000);
    expect((await app.api.me.get()).id).toBe('token-cem');
  }, 60_000);
});
