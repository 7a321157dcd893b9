import { expect, it } from '@jest/globals';
import { isMet } from '../report/result.ts';
import { type ChurnSample, churnResult } from './memory-churn.ts';

const MB = 1_024 * 1_024;

/** One sample a minute; memory in use grows by `growth` MB each. */
function samples(minutes: number, growth: number): ChurnSample[] {
  return Array.from({ length: minutes + 1 }, (_, minute) => ({
    minutes: minute,
    live: 100,
    // The first rush, after which it stays.
    resident: (minute < 2 ? 150 : 200) * MB,
    used: (100 + growth * minute) * MB,
  }));
}

it('a time too short for the goal gives the drift alone', () => {
  const { goals, notes, rows } = churnResult(samples(4, 1));
  expect(goals).toEqual([]);
  expect(rows).toHaveLength(5);
  expect(notes.join()).toContain('in use 1024 KB per minute');
});

it('memory that grows once is flat', () => {
  expect(churnResult(samples(20, 0)).goals.every(isMet)).toBe(true);
});

it('memory that grows all the time is not', () => {
  const [resident, used] = churnResult(samples(20, 1)).goals;
  expect(resident?.value).toBe(0);
  expect(used?.value).toBeCloseTo(60 / 112.5, 2);
  expect(churnResult(samples(20, 1)).goals.map(isMet)).toEqual([true, false]);
});
