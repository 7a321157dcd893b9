import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { testSession } from '../test-support/test-session.ts';
import type { Session } from '../viewer/session.ts';
import { FlushSchedule, MIN_TICKS_BETWEEN_FLUSHES, PREFETCH_BATCH, TICKS_PER_INTERVAL } from './flush-schedule.ts';

/** Turns until the session is called up, and says after how many ticks; null when it is not within two intervals. */
function ticksUntilTold(schedule: FlushSchedule, session: Session): number | null {
  for (let ticks = 1; ticks <= 2 * TICKS_PER_INTERVAL; ticks++) {
    if (advance(schedule).includes(session)) return ticks;
  }
  return null;
}

function advance(schedule: FlushSchedule): Session[] {
  const told: Session[] = [];
  schedule.advance((session) => {
    schedule.markFlushed(session);
    told.push(session);
  });
  return told;
}

describe('a session for which something waits', () => {
  it('is told one interval later, however much comes in between', () => {
    const schedule = new FlushSchedule();
    const { session } = testSession();
    schedule.schedule(session);
    for (let i = 1; i < TICKS_PER_INTERVAL; i++) {
      expect(advance(schedule)).toEqual([]);
      schedule.schedule(session);
    }
    expect(advance(schedule)).toEqual([session]);
    expect(ticksUntilTold(schedule, session)).toBeNull();
  });

  it('is told at the next tick when that is to be soon, also if it waits already', () => {
    const schedule = new FlushSchedule();
    const { session } = testSession();
    schedule.schedule(session);
    expect(advance(schedule)).toEqual([]);
    schedule.scheduleUrgent(session);
    expect(ticksUntilTold(schedule, session)).toBe(1);
    expect(ticksUntilTold(schedule, session)).toBeNull();
  });

  it('is not told twice within half an interval, soon or not', () => {
    const schedule = new FlushSchedule();
    const { session } = testSession();
    schedule.scheduleUrgent(session);
    advance(schedule);
    schedule.scheduleUrgent(session);
    expect(ticksUntilTold(schedule, session)).toBe(MIN_TICKS_BETWEEN_FLUSHES);
  });

  it('is called up with all others when everybody is', () => {
    const schedule = new FlushSchedule();
    const sessions = Array.from({ length: 3 }, () => testSession().session);
    for (const session of sessions) {
      schedule.schedule(session);
      advance(schedule);
    }
    const calledUp: Session[] = [];
    schedule.dispatchAll((session) => calledUp.push(session));
    expect(calledUp).toEqual(sessions);
    schedule.dispatchAll((session) => calledUp.push(session));
    expect(calledUp).toHaveLength(3);
  });

  it('is called up once and in its turn, however many there are at a tick and whatever the others do', () => {
    const schedule = new FlushSchedule();
    const sessions = Array.from({ length: 3 * PREFETCH_BATCH + 1 }, () => testSession().session);
    for (const session of sessions) schedule.scheduleUrgent(session);
    const calledUp: Session[] = [];
    schedule.advance((session) => {
      calledUp.push(session);
      sessions.at(-1 - calledUp.length)?.close();
      schedule.schedule(session);
    });
    expect(calledUp).toEqual(sessions);
    expect(advance(schedule)).toEqual([]);
  });
});

it('[N3] whatever is put when, nobody waits longer than an interval or is told twice within half of one', () => {
  const step = fc.constantFrom('put', 'put soon', 'turn', 'turn', 'turn');
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
      const schedule = new FlushSchedule();
      const { session } = testSession();
      let tick = 0;
      let waitsSince: number | null = null;
      let toldAt = Number.NEGATIVE_INFINITY;
      for (const each of steps) {
        if (each === 'turn') {
          tick++;
          const told = advance(schedule);
          if (told.length > 0) {
            expect(told).toEqual([session]);
            expect(waitsSince).not.toBeNull();
            expect(tick - toldAt).toBeGreaterThanOrEqual(MIN_TICKS_BETWEEN_FLUSHES);
            toldAt = tick;
            waitsSince = null;
          } else if (waitsSince !== null) expect(tick - waitsSince).toBeLessThan(TICKS_PER_INTERVAL);
        } else {
          waitsSince ??= tick;
          if (each === 'put') schedule.schedule(session);
          else schedule.scheduleUrgent(session);
        }
      }
    }),
  );
});
