import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { testSession } from '../test-support/test-session.ts';
import type { Session } from '../viewer/session.ts';
import { FlushSchedule, MIN_TICKS_BETWEEN_FLUSHES, PREFETCH_BATCH, TICKS_PER_INTERVAL } from './flush-schedule.ts';

/** Advances until the session is flushed; returns after how many ticks, or null when it is not within two intervals. */
function ticksUntilFlushed(schedule: FlushSchedule, session: Session): number | null {
  for (let ticks = 1; ticks <= 2 * TICKS_PER_INTERVAL; ticks++) {
    if (advance(schedule).includes(session)) return ticks;
  }
  return null;
}

function advance(schedule: FlushSchedule): Session[] {
  const flushed: Session[] = [];
  schedule.advance((session) => {
    schedule.markFlushed(session);
    flushed.push(session);
  });
  return flushed;
}

describe('a session with a pending change', () => {
  it('is flushed one interval later, however much is scheduled in between', () => {
    const schedule = new FlushSchedule();
    const { session } = testSession();
    schedule.schedule(session);
    for (let i = 1; i < TICKS_PER_INTERVAL; i++) {
      expect(advance(schedule)).toEqual([]);
      schedule.schedule(session);
    }
    expect(advance(schedule)).toEqual([session]);
    expect(ticksUntilFlushed(schedule, session)).toBeNull();
  });

  it('is flushed at the next tick when urgent, also if it is scheduled already', () => {
    const schedule = new FlushSchedule();
    const { session } = testSession();
    schedule.schedule(session);
    expect(advance(schedule)).toEqual([]);
    schedule.scheduleUrgent(session);
    expect(ticksUntilFlushed(schedule, session)).toBe(1);
    expect(ticksUntilFlushed(schedule, session)).toBeNull();
  });

  it('is not flushed twice within half an interval, urgent or not', () => {
    const schedule = new FlushSchedule();
    const { session } = testSession();
    schedule.scheduleUrgent(session);
    advance(schedule);
    schedule.scheduleUrgent(session);
    expect(ticksUntilFlushed(schedule, session)).toBe(MIN_TICKS_BETWEEN_FLUSHES);
  });

  it('is dispatched once with all others', () => {
    const schedule = new FlushSchedule();
    const sessions = Array.from({ length: 3 }, () => testSession().session);
    for (const session of sessions) {
      schedule.schedule(session);
      advance(schedule);
    }
    const dispatched: Session[] = [];
    schedule.dispatchAll((session) => dispatched.push(session));
    expect(dispatched).toEqual(sessions);
    schedule.dispatchAll((session) => dispatched.push(session));
    expect(dispatched).toHaveLength(3);
  });

  it('is dispatched once and in order, however many are due at a tick and whatever the others do', () => {
    const schedule = new FlushSchedule();
    const sessions = Array.from({ length: 3 * PREFETCH_BATCH + 1 }, () => testSession().session);
    for (const session of sessions) schedule.scheduleUrgent(session);
    const dispatched: Session[] = [];
    schedule.advance((session) => {
      dispatched.push(session);
      sessions.at(-1 - dispatched.length)?.close();
      schedule.schedule(session);
    });
    expect(dispatched).toEqual(sessions);
    expect(advance(schedule)).toEqual([]);
  });
});

it('[N3] in any order of calls a session waits at most an interval and is not flushed twice within half of one', () => {
  const step = fc.constantFrom('schedule', 'schedule urgent', 'tick', 'tick', 'tick');
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
      const schedule = new FlushSchedule();
      const { session } = testSession();
      let tick = 0;
      let waitsSince: number | null = null;
      let flushedAt = Number.NEGATIVE_INFINITY;
      for (const each of steps) {
        if (each === 'tick') {
          tick++;
          const flushed = advance(schedule);
          if (flushed.length > 0) {
            expect(flushed).toEqual([session]);
            expect(waitsSince).not.toBeNull();
            expect(tick - flushedAt).toBeGreaterThanOrEqual(MIN_TICKS_BETWEEN_FLUSHES);
            flushedAt = tick;
            waitsSince = null;
          } else if (waitsSince !== null) expect(tick - waitsSince).toBeLessThan(TICKS_PER_INTERVAL);
        } else {
          waitsSince ??= tick;
          if (each === 'schedule') schedule.schedule(session);
          else schedule.scheduleUrgent(session);
        }
      }
    }),
  );
});
