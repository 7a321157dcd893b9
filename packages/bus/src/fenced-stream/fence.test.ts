import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@nearby-friends/service-kit';
import { BLOCKING_SOCKET_TIMEOUT_MS } from '../redis/redis-connection.ts';
import { isLater } from './entry-id.ts';
import { Fence } from './fence.ts';
import { FENCE_MS, FOLLOWER_EXPIRY_MS, READ_BLOCK_MS } from './fence-times.ts';
import { DEFAULT_BARRIER_DEADLINE_MS } from './fenced-stream-writer.ts';

/** A fence, and a function that reads, reports and confirms, each step some ms after the previous one. */
function setUp() {
  const clock = new ManualClock();
  const fence = new Fence(clock);
  return {
    clock,
    fence,
    round({ read = 10, report = 10 } = {}) {
      const requestedAt = clock.now();
      clock.advance(read);
      const reportedAt = clock.now();
      clock.advance(report);
      fence.confirm({ requestedAt, reportedAt });
    },
  };
}

describe('[G5] the fence', () => {
  it('opens with the second confirmed round, since writers wait for a follower only from its first report on', () => {
    const { fence, round } = setUp();
    expect(fence.isOpen).toBe(false);
    round();
    expect(fence.isOpen).toBe(false);
    round();
    expect(fence.isOpen).toBe(true);
  });

  it('stays open for 5 s, counted from before the read', () => {
    const { fence, round, clock } = setUp();
    round();
    round({ read: 1_000, report: 500 });
    expect(fence.ageMs).toBe(1_500);
    clock.advance(FENCE_MS - 1_500 - 1);
    expect(fence.isOpen).toBe(true);
    clock.advance(1);
    expect(fence.isOpen).toBe(false);
    expect(fence.ageMs).toBe(FENCE_MS);
  });

  it('does not open for a late confirmation, since a writer may not have waited: a later read is needed', () => {
    const { fence, round, clock } = setUp();
    round();
    round();
    // Still read in time, but the report took so long that writers had stopped waiting.
    clock.advance(3_000);
    round({ report: 2_500 });
    expect(fence.isOpen).toBe(false);
    round();
    expect(fence.isOpen).toBe(true);
  });

  it('is shut the moment a frozen process wakes up, before anything else runs', () => {
    const { fence, round, clock } = setUp();
    round();
    round();
    clock.advance(30_000);
    expect(fence.isOpen).toBe(false);
  });

  it('once closed takes two rounds to open again', () => {
    const { fence, round } = setUp();
    round();
    round();
    fence.close();
    expect(fence.isOpen).toBe(false);
    round();
    expect(fence.isOpen).toBe(false);
    round();
    expect(fence.isOpen).toBe(true);
  });
});

it('the times fit each other', () => {
  // Several reads may fail before a follower falls silent.
  expect(FENCE_MS).toBeGreaterThanOrEqual(4 * READ_BLOCK_MS);
  expect(FENCE_MS).toBe(5_000);
  expect(FOLLOWER_EXPIRY_MS).toBeGreaterThanOrEqual(FENCE_MS + 1_000);
  // A dead connection is replaced within the fence, and a waiting one does not count as dead.
  expect(BLOCKING_SOCKET_TIMEOUT_MS).toBeGreaterThanOrEqual(2 * READ_BLOCK_MS);
  expect(BLOCKING_SOCKET_TIMEOUT_MS).toBeLessThan(FENCE_MS);
  // Redis is lost while a barrier waits for an expiry: both waits fit.
  expect(DEFAULT_BARRIER_DEADLINE_MS).toBeGreaterThanOrEqual(2 * FOLLOWER_EXPIRY_MS);
});

it.each([
  ['1-0', '0-0', true],
  ['0-0', '0-0', false],
  ['10-0', '9-5', true],
  ['9-10', '9-9', true],
  ['9-9', '9-10', false],
  ['1700000000000-0', '1699999999999-7', true],
])('the entry %s is later than %s: %s', (a, b, expected) => {
  expect(isLater(a, b)).toBe(expected);
});
