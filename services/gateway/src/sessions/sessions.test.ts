import { describe, expect, it } from '@jest/globals';
import { inboxChannel, parseUserId } from '@nearby-friends/protocol';
import { silentLogger } from '@nearby-friends/service-kit';
import { LEAVE_GRACE_MS } from '../friends/friend-channels.ts';
import { OpeningWorld } from '../test-support/opening-world.ts';
import { TestTransport } from '../test-support/test-session.ts';
import { Sessions, TOKEN_GRACE_MS } from './sessions.ts';

const ANN = parseUserId('ann');
/** How often tokens are looked at. */
const CHECK_INTERVAL_MS = 1_000;

function setUp() {
  const world = new OpeningWorld();
  const { clock, lists } = world.nearby;
  const released: string[] = [];
  const sessions = new Sessions({
    lists,
    inboxes: world.inboxes,
    releases: { release: ({ device }) => void released.push(device) },
    clock,
    wallNow: () => clock.now(),
    logger: silentLogger,
  });
  sessions.start();
  let begun = 0;
  const begin = (expiresInMs: number, device: string | null = null) => {
    const transport = new TestTransport();
    const session = sessions.begin(
      `socket-${++begun}`,
      { userId: ANN, device, issuedAt: clock.now(), expiresAt: clock.now() + expiresInMs, measuresDistances: false },
      transport,
    );
    transport.onDisconnect = () => sessions.end(session);
    return { session, transport };
  };
  return { world, clock, sessions, begin, released };
}

describe('[L7] a device', () => {
  it('is the same on all connections that name it, and another one on each that does not', () => {
    const { begin } = setUp();
    const names = ['phone', 'phone', 'laptop', null, null, 'socket-5'];
    const devices = names.map((name) => begin(60_000, name).session.device);
    expect(devices[1]).toBe(devices[0]);
    expect(new Set(devices).size).toBe(5);
    for (const device of devices) expect(Buffer.from(device, 'latin1')).toHaveLength(8);
  });

  it('is released once, when its session ends', () => {
    const { begin, released, sessions } = setUp();
    const { session } = begin(60_000, 'phone');
    sessions.end(session);
    sessions.end(session);
    expect(released).toEqual([session.device]);
  });
});

describe('a session', () => {
  it('begins waiting, and is counted by what it does', () => {
    const { begin, sessions } = setUp();
    const { session } = begin(60_000);
    begin(60_000);
    session.move({ lat: 0, lng: 0 }, 1);
    expect([sessions.size, sessions.countIn('waiting'), sessions.countIn('opening')]).toEqual([2, 1, 1]);
    expect([...sessions.all()]).toContain(session);
  });

  it('[S3] that ends leaves nothing: no inbox, no friend, no timer; ending it twice is no harm', async () => {
    const { begin, clock, sessions, world } = setUp();
    const { session } = begin(60_000);
    session.move({ lat: 0, lng: 0 }, clock.now());
    await world.inboxes.join(session);
    for (const friend of ['ben', 'cho']) world.nearby.watch(session, friend);
    expect(world.nearby.channels.channels).toHaveLength(3);
    sessions.end(session);
    sessions.end(session);
    expect(session.isClosed).toBe(true);
    expect(sessions.size).toBe(0);
    expect(world.nearby.channels.channels).not.toContain(inboxChannel(ANN));
    clock.advance(LEAVE_GRACE_MS);
    expect(world.nearby.channels.channels).toEqual([]);
    sessions.stop();
    expect(clock.pending).toBe(2);
  });
});

describe('the devices of a user', () => {
  it('are found as long as they are connected', () => {
    const { begin, sessions } = setUp();
    const [phone, tablet] = [begin(60_000).session, begin(60_000).session];
    expect(sessions.of(ANN)).toEqual([phone, tablet]);
    sessions.end(phone);
    expect(sessions.of(ANN)).toEqual([tablet]);
    sessions.end(tablet);
    expect(sessions.of(ANN)).toEqual([]);
  });

  it('are closed when their tokens are called back, and only those', () => {
    const { begin, clock, sessions } = setUp();
    const old = begin(60_000);
    clock.advance(10);
    const fresh = begin(60_000);
    for (const session of sessions.of(ANN))
      sessions.revokeTokens(session, { before: clock.now() - 5, erasedBefore: null });
    expect([old.transport.disconnects, fresh.transport.disconnects]).toEqual([1, 0]);
    // A later call with an earlier time takes nothing back.
    sessions.revokeTokens(fresh.session, { before: 0, erasedBefore: null });
    expect(fresh.session.credentials.signedOutBefore).toBe(clock.now() - 5);
  });

  it('[A2] are told that their account is erased, also when a later sign-out is known, and one of a newer account is not', () => {
    const { begin, clock, sessions } = setUp();
    const old = begin(60_000);
    clock.advance(10);
    const newer = begin(60_000);
    const revocation = { before: clock.now() - 1, erasedBefore: clock.now() - 5 };
    for (const session of sessions.of(ANN)) sessions.revokeTokens(session, revocation);
    expect([old.transport.disconnects, newer.transport.disconnects]).toEqual([1, 0]);
    expect(old.transport.frames).toMatchObject([
      { event: 'connection:closing', message: { code: 'account_erased', retryable: false } },
    ]);
    expect(newer.transport.frames).toEqual([]);
  });

  it('are distinguished by the generation in which their rights were read', () => {
    const { begin, sessions } = setUp();
    const { session } = begin(60_000);
    session.move({ lat: 0, lng: 0 }, 1);
    expect(sessions.countUnconfirmed(0)).toBe(0);
    session.goLive();
    expect(sessions.countUnconfirmed(0)).toBe(1);
    Object.assign(session, { confirmedIn: 0 });
    expect([sessions.countUnconfirmed(0), sessions.countUnconfirmed(1)]).toEqual([0, 1]);
  });
});

describe('[A2] a token that has run out', () => {
  it('is forgiven for 25 s, and then the connection is closed', () => {
    const { begin, clock, sessions } = setUp();
    const { transport } = begin(10_000);
    clock.advance(10_000 + TOKEN_GRACE_MS - 1);
    expect(transport.disconnects).toBe(0);
    clock.advance(CHECK_INTERVAL_MS);
    expect(transport.disconnects).toBe(1);
    expect(sessions.size).toBe(0);
  });

  it('closes all expired ones, and no other', () => {
    const { begin, clock, sessions } = setUp();
    const expiring = [begin(1_000), begin(1_000), begin(1_000)];
    const lasting = begin(120_000);
    clock.advance(1_000 + TOKEN_GRACE_MS + CHECK_INTERVAL_MS);
    expect(expiring.map(({ transport }) => transport.disconnects)).toEqual([1, 1, 1]);
    expect([...sessions.all()]).toEqual([lasting.session]);
  });

  it('does not close a connection whose token was refreshed in time', () => {
    const { begin, clock } = setUp();
    const { session, transport } = begin(10_000);
    clock.advance(20_000);
    session.credentials.renew({ expiresAt: clock.now() + 60_000, issuedAt: null });
    clock.advance(60_000);
    expect(transport.disconnects).toBe(0);
    clock.advance(TOKEN_GRACE_MS + CHECK_INTERVAL_MS);
    expect(transport.disconnects).toBe(1);
  });
});
