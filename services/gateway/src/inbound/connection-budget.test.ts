import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@nearby-friends/service-kit';
import { type Allowance, allowanceFor, ConnectionBudget, UNAUTHENTICATED_ALLOWANCE } from './connection-budget.ts';

const ALLOWANCE: Allowance = { packets: { perSecond: 2, burst: 5 }, bytes: { perSecond: 100, burst: 1_000 } };

function setUp(allowance = ALLOWANCE) {
  const clock = new ManualClock();
  const exceeded: string[] = [];
  const budget = new ConnectionBudget({ allowance, clock, onExceeded: (which) => exceeded.push(which) });
  return { clock, budget, exceeded };
}

describe('[A4] the budget of a connection', () => {
  it('allows a burst, and refills', () => {
    const { clock, budget, exceeded } = setUp();
    for (let i = 0; i < 5; i++) expect(budget.take(1)).toBe(true);
    clock.advance(1_000);
    expect([budget.take(1), budget.take(1)]).toEqual([true, true]);
    expect(exceeded).toEqual([]);
  });

  it('is exceeded by one packet more, empty or not, once and for ever', () => {
    const { clock, budget, exceeded } = setUp();
    for (let i = 0; i < 5; i++) budget.take(0);
    expect(budget.take(0)).toBe(false);
    clock.advance(60_000);
    expect(budget.take(0)).toBe(false);
    expect(exceeded).toEqual(['packets']);
  });

  it('is exceeded by bytes', () => {
    const { budget, exceeded } = setUp();
    expect([budget.take(600), budget.take(400), budget.take(1)]).toEqual([true, true, false]);
    expect(exceeded).toEqual(['bytes']);
  });

  it('grows with the verified token, but is not restored by it once exceeded', () => {
    const { budget } = setUp(UNAUTHENTICATED_ALLOWANCE);
    budget.widen(ALLOWANCE);
    for (let i = 0; i < 6; i++) budget.take(0);
    budget.widen(ALLOWANCE);
    expect(budget.take(0)).toBe(false);
  });

  it('allows a small share of a token’s before the token', () => {
    const { packets, bytes } = allowanceFor({ eventsPerSecond: 10, eventsBurst: 20 });
    const small = UNAUTHENTICATED_ALLOWANCE;
    expect(small.packets.burst).toBeLessThan(packets.burst / 20);
    expect(small.packets.perSecond).toBeLessThan(packets.perSecond / 10);
    expect(small.bytes.burst).toBeLessThan(bytes.burst / 20);
    expect(small.bytes.perSecond).toBeLessThan(bytes.perSecond / 20);
  });

  it('never refuses what the limits of events allow', () => {
    for (const limits of [
      { eventsPerSecond: 0.1, eventsBurst: 1 },
      { eventsPerSecond: 1_000, eventsBurst: 10_000 },
    ]) {
      const { packets, bytes } = allowanceFor(limits);
      expect(packets.burst).toBeGreaterThan(limits.eventsBurst);
      expect(packets.perSecond).toBeGreaterThan(limits.eventsPerSecond);
      expect(bytes.burst).toBeGreaterThan(4_096 * limits.eventsBurst);
      expect(bytes.perSecond).toBeGreaterThan(4_096 * limits.eventsPerSecond);
    }
  });
});
