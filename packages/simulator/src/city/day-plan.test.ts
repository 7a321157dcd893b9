/** The rhythm of days: to work in the morning, out at noon, home in the evening, and other days at the weekend. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomOf } from '../plain/seeded-random.ts';
import { type Intention, type Occupation, planDay } from './day-plan.ts';

const SATURDAY = 5;
const occupation = fc.constantFrom<Occupation>('office', 'student', 'courier', 'at home');
const plan = (who: Occupation, day: number, seed: number): Intention[] => planDay(who, day, randomOf(seed, day));

describe('a day', () => {
  it('is in order, and ends at home', () => {
    fc.assert(
      fc.property(occupation, fc.nat(13), fc.integer(), (who, day, seed) => {
        const intentions = plan(who, day, seed);
        expect(intentions.map(({ at }) => at)).toEqual(intentions.map(({ at }) => at).sort((a, b) => a - b));
        expect(intentions.at(-1)?.to).toBe('home');
        expect(intentions[0]?.at).toBeGreaterThan(6 * 60);
      }),
    );
  });

  it('takes an office worker there in the morning, out for lunch at noon, and away in the evening', () => {
    const days = Array.from({ length: 200 }, (_, seed) => plan('office', 0, seed));
    const hours = (to: string) => days.flatMap((day) => day.filter((step) => step.to === to).map(({ at }) => at / 60));
    expect(days.every(([first]) => first?.to === 'work' && first.at >= 7 * 60 && first.at <= 9 * 60)).toBe(true);
    expect(hours('lunch').every((hour) => hour >= 11.5 && hour <= 12.5)).toBe(true);
    expect(hours('lunch').length).toBeGreaterThan(100);
    expect(hours('evening').every((hour) => hour >= 16 && hour <= 18.5)).toBe(true);
    expect(hours('evening').length).toBeGreaterThan(40);
    expect(hours('evening').length).toBeLessThan(120);
  });

  it('brings only couriers to work at the weekend', () => {
    expect(plan('office', SATURDAY, 1).some(({ to }) => to === 'work')).toBe(false);
    expect(plan('courier', SATURDAY, 1).length).toBeGreaterThan(15);
  });
});
