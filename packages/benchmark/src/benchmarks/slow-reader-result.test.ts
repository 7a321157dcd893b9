import { expect, it } from '@jest/globals';
import type { Measurement } from '../measure/measurement.ts';
import { isMet } from '../report/result.ts';
import { type Memory, type SlowReaderFigures, slowReaderResult } from './slow-reader-result.ts';

const KB = 1_024;
const LOAD = { cost: 10, cores: 1, p99: 200 } as Measurement;
const LIST_BYTES = 100 * 116;

function memory(perClientKb: number, queuedBytes = 0): Memory {
  const bytes = 1e6 + 10 * perClientKb * KB;
  return {
    gateway: { resident: bytes, used: bytes },
    kernel: { machineBytes: queuedBytes, connectionBytes: null, queuedBytes },
  };
}

/** Ten clients that do not read, of which each costs 60 KB. */
function figures(changed: Partial<SlowReaderFigures> = {}): SlowReaderFigures {
  return {
    users: 100,
    slowClients: 10,
    updateIntervalMs: 1_000,
    flushIntervalMs: 150,
    filledInSeconds: 10,
    heldBack: 9.9,
    before: { load: LOAD, ...memory(0) },
    during: { load: LOAD, ...memory(60, 1e6) },
    after: memory(0),
    gone: LOAD,
    resumed: { tookMs: 900, outdated: 0, framesIn: 1_000, bytesIn: 1e6 + 10 * LIST_BYTES },
    lost: 0,
    ...changed,
  };
}

function missed(changed: Partial<SlowReaderFigures>): string[] {
  return slowReaderResult(figures(changed))
    .goals.filter((goal) => !isMet(goal))
    .map(({ goal }) => goal);
}

it('all goals are met when each costs 60 KB and gets one list beyond what had left the gateway', () => {
  const { goals } = slowReaderResult(figures());
  expect(goals.filter((goal) => !isMet(goal))).toEqual([]);
  expect(goals.map(({ value }) => value)).toEqual([0.99, 60, 60, 1, 1, 1, 900, 0, 1, 0]);
});

it('a pause that the gateways have not noticed meets nothing', () => {
  const { goals } = slowReaderResult(figures({ heldBack: 5 }));
  expect(goals).toHaveLength(1);
  expect(goals.every((goal) => !isMet(goal))).toBe(true);
});

it('a gateway that queues is seen in its memory and in what comes afterwards', () => {
  const resumed = { tookMs: 900, outdated: 0, framesIn: 1_000, bytesIn: 1e6 + 50 * LIST_BYTES };
  expect(missed({ during: { load: LOAD, ...memory(200, 1e6) }, resumed })).toEqual([
    expect.stringContaining('KB of gateway RSS'),
    expect.stringContaining('JavaScript'),
    expect.stringContaining('lists per client'),
  ]);
});

it('others that wait or pay, a list that is old and a connection that is lost are seen', () => {
  const resumed = { tookMs: 900, outdated: 1, framesIn: 1_000, bytesIn: 1e6 };
  const during = { load: { ...LOAD, p99: 300, cost: 13, cores: 1.3 }, ...memory(0, 1e6) };
  expect(missed({ during, resumed, lost: 1 })).toHaveLength(5);
});
