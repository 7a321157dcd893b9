import { expect, it } from '@jest/globals';
import { ManualClock } from '@nearby-friends/service-kit';
import { InstanceChoice } from './instance-choice.ts';
import type { Candidate } from './rendezvous.ts';

const clock = new ManualClock();
const joined: Candidate = { id: 'joined', hash: 1 };

it('finds an instance that joined after a pending refresh had begun', async () => {
  let candidates: Candidate[] = [];
  let refreshes = 0;
  const registry = {
    candidates: () => candidates,
    refresh: async () => {
      if (++refreshes === 2) candidates = [joined];
    },
  };
  const choice = new InstanceChoice({ registry, clock, refreshTimeoutMs: 1_000 });
  expect(await choice.choose('location', new Set())).toBe(joined);
  expect([refreshes, clock.pending]).toEqual([2, 0]);
});

it('does not refresh again when Redis does not respond', async () => {
  let refreshes = 0;
  const registry = { candidates: () => [], refresh: () => Promise.reject(new Error(`refresh ${++refreshes}`)) };
  const choice = new InstanceChoice({ registry, clock, refreshTimeoutMs: 1_000 });
  expect(await choice.choose('location', new Set())).toBeUndefined();
  expect(refreshes).toBe(1);
});
