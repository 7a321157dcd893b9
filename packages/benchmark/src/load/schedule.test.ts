import { describe, expect, it } from '@jest/globals';
import { type RunPlan, Schedule } from './schedule.ts';

const PLAN: RunPlan = {
  startMs: 500,
  intervalMs: 137.5,
  measureFromMs: 1_500,
  measureToMs: 4_500,
  endMs: 5_000,
  onTimeMs: 300,
  senders: [0, 100],
  viewers: [0, 100],
};

describe('the schedule', () => {
  const schedule = new Schedule(PLAN, 100, 1);

  it('knows each report by the time it was meant for', () => {
    for (let user = 0; user < 100; user += 1) {
      for (let report = 0; report < 30; report += 1) {
        expect(schedule.updateAt(user, schedule.timeOf(user, report)) === report).toBe(true);
      }
    }
  });

  it('measures the reports of the measured time, and no others', () => {
    for (let user = 0; user < 100; user += 1) {
      const first = schedule.firstMeasured(user);
      const after = schedule.afterMeasured(user);
      expect(schedule.timeOf(user, first)).toBeGreaterThanOrEqual(1_500);
      expect(schedule.timeOf(user, first - 1)).toBeLessThanOrEqual(1_500);
      expect(schedule.timeOf(user, after - 1)).toBeLessThanOrEqual(4_500);
      expect(schedule.timeOf(user, after)).toBeGreaterThanOrEqual(4_500);
    }
  });

  it('spreads the phases over the interval', () => {
    const phases = Array.from({ length: 100 }, (_, user) => schedule.phaseOf(user));
    expect(Math.min(...phases)).toBeLessThan(PLAN.intervalMs / 5);
    expect(Math.max(...phases)).toBeGreaterThan((PLAN.intervalMs * 4) / 5);
    expect(Math.max(...phases)).toBeLessThan(PLAN.intervalMs);
  });
});
