import { describe, expect, it } from '@jest/globals';
import { DeliveryLedger } from './delivery-ledger.ts';
import { type RunPlan, Schedule } from './schedule.ts';
import { SocialGraph } from './social-graph.ts';

/** Viewer 0 sees user 1, who reports every second; two reports are measured. */
const PLAN: RunPlan = {
  startMs: 1_000,
  intervalMs: 1_000,
  measureFromMs: 3_000,
  measureToMs: 5_000,
  endMs: 6_000,
  onTimeMs: 300,
  senders: [0, 2],
  viewers: [0, 1],
};

function begin(plan: RunPlan = PLAN): { ledger: DeliveryLedger; report: (number: number) => number } {
  const graph = new SocialGraph(Int32Array.of(0, 1, 2), Int32Array.of(1, 0));
  const schedule = new Schedule(plan, 2, 1);
  const ledger = new DeliveryLedger(graph, [0, 1]);
  ledger.begin(plan, schedule);
  return { ledger, report: (number) => schedule.timeOf(1, schedule.firstMeasured(1) + number) };
}

describe('a delivery', () => {
  it('is on time within the bound and late beyond it', () => {
    const { ledger, report } = begin();
    ledger.arrived(0, 1, report(0), report(0) + 300);
    ledger.arrived(0, 1, report(1), report(1) + 301);
    expect(ledger.end()).toMatchObject({ expected: 2, onTime: 1, late: 1 });
  });

  it('is settled by a newer position of that friend, counted from its own time', () => {
    const { ledger, report } = begin();
    ledger.arrived(0, 1, report(1), report(1) + 10);
    const { latencies, ...count } = ledger.end();
    expect(count).toEqual({ expected: 2, onTime: 1, late: 1 });
    expect(latencies.quantile(1)).toBe(1_010);
  });

  it('is settled even by one that is not measured any more', () => {
    const { ledger, report } = begin();
    ledger.arrived(0, 1, report(2), report(2) + 1);
    expect(ledger.end()).toMatchObject({ expected: 2, onTime: 0, late: 2 });
  });

  it('counts once, however often the list shows it', () => {
    const { ledger, report } = begin();
    ledger.arrived(0, 1, report(0), report(0) + 5);
    ledger.arrived(0, 1, report(0), report(0) + 255);
    expect(ledger.end()).toMatchObject({ expected: 2, onTime: 1, late: 0 });
  });

  it('is missing when it never arrives', () => {
    expect(begin().ledger.end()).toMatchObject({ expected: 2, onTime: 0, late: 0 });
  });

  it('is nothing to wait for once the last one has arrived, however late', () => {
    const { ledger, report } = begin();
    ledger.arrived(0, 1, report(0), report(0) + 5);
    expect(ledger.isComplete).toBe(false);
    ledger.arrived(0, 1, report(1), report(1) + 900);
    expect(ledger.isComplete).toBe(true);
    ledger.end();
    expect(ledger.isComplete).toBe(false);
  });

  it('does not count of those who do not send, nor of strangers', () => {
    const { ledger, report } = begin({ ...PLAN, senders: [0, 1] });
    ledger.arrived(0, 1, report(0), report(0) + 5);
    ledger.arrived(0, 77, report(0), report(0) + 5);
    expect(ledger.end()).toMatchObject({ expected: 0, onTime: 0, late: 0 });
  });
});

it('knows how many friends a list shows where they were before, or not at all', () => {
  const { ledger } = begin();
  const newest = new Map([[1, 4_200]]);
  expect(ledger.outdated(0, newest)).toBe(1);
  ledger.arrived(0, 1, 4_199, 4_300);
  expect(ledger.outdated(0, newest)).toBe(1);
  ledger.arrived(0, 1, 4_200, 4_300);
  expect(ledger.outdated(0, newest)).toBe(0);
  expect(ledger.outdated(0, new Map())).toBe(0);
});
