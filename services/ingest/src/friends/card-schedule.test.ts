import { expect, it } from '@jest/globals';
import { ManualClock } from '@nearby-friends/service-kit';
import { CardSchedule } from './card-schedule.ts';

it('a device is told the names once an hour, and each device for itself', () => {
  const clock = new ManualClock();
  const cards = new CardSchedule({ clock });
  expect(cards.isDue('phone')).toBe(true);
  cards.told('phone');
  expect([cards.isDue('phone'), cards.isDue('tablet')]).toEqual([false, true]);
  clock.advance(3_599_999);
  expect(cards.isDue('phone')).toBe(false);
  clock.advance(1);
  expect(cards.isDue('phone')).toBe(true);
});
