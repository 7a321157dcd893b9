import { describe, expect, it } from '@jest/globals';
import { ManualClock, silentLogger } from '@nearby-friends/service-kit';
import { HOUSEKEEPING_INTERVAL_MS, Housekeeping } from './housekeeping.ts';

const LIFETIME_MS = 5_000;

describe('housekeeping', () => {
  it('trims the stream and purges what concerns no valid token and no position any more, at once and every minute until it stops', async () => {
    const clock = new ManualClock();
    const done: unknown[] = [];
    const housekeeping = new Housekeeping({
      // One that fails does not keep the other from being done.
      stream: { trim: () => Promise.reject(new Error(`trimmed ${done.push('trimmed')}`)) },
      revocations: { purge: async (before) => void done.push(before) },
      withholdings: { purge: async () => void done.push('withholdings purged') },
      alertNotices: { purge: async () => void done.push('notices purged') },
      tokenMaxLifetimeMs: LIFETIME_MS,
      clock,
      logger: silentLogger,
    });
    housekeeping.start();
    expect(done).toEqual(['trimmed', clock.now() - LIFETIME_MS, 'withholdings purged', 'notices purged']);
    clock.advance(HOUSEKEEPING_INTERVAL_MS - 1);
    expect(done).toHaveLength(4);
    clock.advance(1);
    expect(done.slice(4)).toEqual(['trimmed', clock.now() - LIFETIME_MS, 'withholdings purged', 'notices purged']);
    await housekeeping.drain();
    expect(clock.pending).toBe(0);
  });
});
