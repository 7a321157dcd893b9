import { describe, expect, it } from '@jest/globals';
import { parseUserId } from '@nearby-friends/protocol';
import { ManualClock } from '@nearby-friends/service-kit';
import { testMetrics, testSession } from '../test-support/test-session.ts';
import type { Session } from '../viewer/session.ts';
import { ConnectionLimits } from './connection-limits.ts';

const ANN = parseUserId('ann');
const PLACE = { lat: 1, lng: 2 };

function setUp(options: { maxPerUser?: number; maxPerAddress?: number } = {}) {
  const clock = new ManualClock();
  const sessions: Session[] = [];
  const { metrics, metric } = testMetrics();
  const limits = new ConnectionLimits({
    sessions: { of: (user) => sessions.filter((session) => session.user === user && !session.isClosed) },
    maxPerUser: options.maxPerUser ?? 3,
    maxPerAddress: options.maxPerAddress ?? 0,
    metrics,
    clock,
  });
  return {
    clock,
    limits,
    metric,
    /** A new connection, as the socket server begins it. */
    connect(user = ANN) {
      const connection = testSession({ user });
      sessions.push(connection.session);
      limits.makeRoomFor(connection.session);
      return connection;
    },
  };
}

describe('[A4] the connections of one user', () => {
  it('are all kept up to the limit', () => {
    const { connect } = setUp();
    const open = [connect(), connect(), connect()];
    expect(open.map(({ transport }) => transport.disconnects)).toEqual([0, 0, 0]);
  });

  it('beyond the limit take the place of the most idle one, which learns why and does not come back', async () => {
    const { connect, metric } = setUp();
    const [first, second, third] = [connect(), connect(), connect()];
    first.session.move(PLACE, 300);
    second.session.move(PLACE, 100);
    third.session.move(PLACE, 200);
    const fourth = connect();
    expect([first, second, third, fourth].map(({ transport }) => transport.disconnects)).toEqual([0, 1, 0, 0]);
    expect(second.transport.takeFrames()).toEqual([
      {
        event: 'connection:closing',
        message: {
          code: 'too_many_connections',
          message: expect.stringMatching(/3 connections.*\.$/),
          retryable: false,
        },
      },
    ]);
    expect(await metric('nearby_connections_replaced_total')).toBe(1);
  });

  it('that have reported nothing go first, the oldest of them before the others', () => {
    const { connect } = setUp();
    const [reporting, older, newer] = [connect(), connect(), connect()];
    reporting.session.move(PLACE, 1);
    connect();
    expect([reporting, older, newer].map(({ transport }) => transport.disconnects)).toEqual([0, 1, 0]);
    connect();
    expect([reporting, older, newer].map(({ transport }) => transport.disconnects)).toEqual([0, 1, 1]);
  });

  it('leave the connections of others alone', () => {
    const { connect } = setUp({ maxPerUser: 1 });
    const ben = connect(parseUserId('ben'));
    for (let i = 0; i < 10; i++) connect();
    expect(ben.transport.disconnects).toBe(0);
  });

  it('may not be opened again and again', () => {
    const { clock, limits } = setUp();
    let accepted = 0;
    const connectUntilRefused = () => {
      for (;;) {
        limits.checkConnect(ANN);
        accepted++;
      }
    };
    expect(connectUntilRefused).toThrow(expect.objectContaining({ code: 'rate_limited', retryable: true }));
    expect(accepted).toBe(100);
    expect(() => limits.checkConnect(parseUserId('ben'))).not.toThrow();
    clock.advance(1_000);
    expect(connectUntilRefused).toThrow();
    expect(accepted).toBe(105);
  });
});

describe('[A4] the connections of one address', () => {
  it('are refused beyond the limit, and get no answer far beyond it', () => {
    const { limits } = setUp({ maxPerAddress: 2 });
    const arrivals = Array.from({ length: 5 }, () => limits.arrive('203.0.113.9'));
    expect(arrivals.map(({ refuses }) => refuses)).toEqual([false, false, true, true, true]);
    expect(arrivals.map(({ ignores }) => ignores)).toEqual([false, false, false, false, true]);
    expect(limits.arrive('203.0.113.10').refuses).toBe(false);
  });

  it('are those of a whole IPv6 network', () => {
    const { limits } = setUp({ maxPerAddress: 1 });
    expect(limits.arrive('2001:db8:1:2::3').refuses).toBe(false);
    expect(limits.arrive('2001:db8:1:2:ffff::4').refuses).toBe(true);
    expect(limits.arrive('2001:db8:1:3::3').refuses).toBe(false);
  });

  it('count until they leave, once, and leave nothing behind', () => {
    const { limits } = setUp({ maxPerAddress: 1 });
    const [first, second] = [limits.arrive('203.0.113.9'), limits.arrive('203.0.113.9')];
    second.leave();
    second.leave();
    expect(limits.arrive('203.0.113.9').refuses).toBe(true);
    first.leave();
    expect(limits.addresses).toBe(1);
  });

  it('have no limit with 0', () => {
    const { limits } = setUp({ maxPerAddress: 0 });
    expect(Array.from({ length: 1_000 }, () => limits.arrive('::1')).some(({ refuses }) => refuses)).toBe(false);
  });
});
