import { describe, expect, it } from '@jest/globals';
import { ManualClock, silentLogger } from '@nearby-friends/service-kit';
import { testSession } from '../test-support/test-session.ts';
import type { Session } from '../viewer/session.ts';
import { Drain } from './drain.ts';

const SPREAD_MS = 5_000;
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

function setUp(count: number, closes: (session: Session) => void = (session) => session.close()) {
  const clock = new ManualClock();
  const all = Array.from({ length: count }, () => testSession());
  const closedAt = new Map<Session, number>();
  const startedAt = clock.now();
  let drawn = 0;
  const drain = new Drain({
    sessions: { all: () => all.map(({ session }) => session).values() },
    sockets: {
      closeTransport: (session) => {
        closedAt.set(session, clock.now() - startedAt);
        closes(session);
      },
    },
    spreadMs: SPREAD_MS,
    clock,
    // Evenly over the spread.
    random: () => drawn++ / count,
    logger: silentLogger,
  });
  return { clock, all, closedAt, drain };
}

describe('[W3] a drain', () => {
  it('announces to each client when to reconnect, and closes each transport at its own time', async () => {
    const { clock, all, closedAt, drain } = setUp(50);
    let isDone = false;
    const done = drain.drain().then(() => {
      isDone = true;
    });
    const announced = all.map(({ transport }) => {
      expect(transport.frames).toHaveLength(1);
      const [frame] = transport.frames;
      return frame?.event === 'server:draining' ? frame.message.reconnectInMs : Number.NaN;
    });
    expect(Math.min(...announced)).toBeGreaterThan(0);
    expect(Math.max(...announced)).toBeLessThanOrEqual(SPREAD_MS);
    expect(closedAt.size).toBe(0);
    clock.advance(SPREAD_MS / 2);
    expect(closedAt.size).toBeGreaterThan(15);
    expect(closedAt.size).toBeLessThan(35);
    clock.advance(SPREAD_MS);
    await settled();
    expect(isDone).toBe(true);
    await done;
    all.forEach(({ session }, i) => {
      const late = (closedAt.get(session) ?? Number.NaN) - (announced[i] ?? Number.NaN);
      expect(late).toBeGreaterThanOrEqual(0);
      expect(late).toBeLessThanOrEqual(100);
    });
    expect(clock.pending).toBe(0);
  });

  it('does not wait for a client that left by itself, nor without end for one whose transport never closes', async () => {
    const { clock, all, closedAt, drain } = setUp(4, () => undefined);
    const done = drain.drain();
    const [early] = all;
    early?.session.close();
    clock.advance(SPREAD_MS + 2_200);
    await done;
    expect(closedAt.size).toBe(3);
    expect(clock.pending).toBe(0);
  });

  it('without sessions ends at once', async () => {
    const { clock, drain } = setUp(0);
    await drain.drain();
    expect(clock.pending).toBe(0);
  });
});
