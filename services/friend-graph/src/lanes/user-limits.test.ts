import { describe, expect, it } from '@jest/globals';
import { parseUserId } from '@nearby-friends/protocol';
import { Metrics } from '@nearby-friends/service-kit';
import { createFriendGraphMetrics } from '../metrics/friend-graph-metrics.ts';
import { UserLimits } from './user-limits.ts';

const [ANN, BEN] = [parseUserId('ann'), parseUserId('ben')];
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

function setUp({ requestsPerMinute = 1_000, maxConcurrent = 2 } = {}) {
  const limits = new UserLimits({ requestsPerMinute, maxConcurrent, metrics: createFriendGraphMetrics(new Metrics()) });
  const ends: (() => void)[] = [];
  return {
    limits,
    ends,
    /** A request that lasts until the test ends it. */
    request: (user = ANN) => limits.run(user, () => new Promise<void>((resolve) => ends.push(resolve))),
  };
}

describe('[A6] the requests of one user', () => {
  it('are done a few at a time and in order, and those of others beside them', async () => {
    const { ends, request } = setUp();
    const done: number[] = [];
    const mine = Array.from({ length: 10 }, (_, i) => request().then(() => void done.push(i)));
    await turn();
    expect(ends).toHaveLength(2);
    const other = request(BEN);
    await turn();
    expect(ends).toHaveLength(3);
    ends.pop()?.();
    await other;
    while (done.length < 10) {
      ends.shift()?.();
      await turn();
      expect(ends.length).toBeLessThanOrEqual(2);
    }
    await Promise.all(mine);
    expect(done).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('are refused beyond what may wait, with the time after which to try again', async () => {
    const { ends, request } = setUp();
    const settled = Promise.allSettled(Array.from({ length: 80 }, () => request()));
    const refused = { code: 'rate_limited', retryable: true, retryAfterSeconds: 1 };
    await turn();
    await expect(request()).rejects.toMatchObject(refused);
    let isSettled = false;
    void settled.then(() => {
      isSettled = true;
    });
    while (!isSettled) {
      ends.shift()?.();
      await turn();
    }
    const results = await settled;
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(66);
  });

  it('are refused beyond the rate, and those of others are not', async () => {
    const { limits } = setUp({ requestsPerMinute: 3 });
    const request = (user = ANN) => limits.run(user, async () => 'done');
    for (let i = 0; i < 3; i++) expect(await request()).toBe('done');
    const error: unknown = await request().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'rate_limited', retryable: true });
    expect((error as { retryAfterSeconds: number }).retryAfterSeconds).toBeGreaterThan(0);
    expect((error as { retryAfterSeconds: number }).retryAfterSeconds).toBeLessThanOrEqual(60);
    expect(await request(BEN)).toBe('done');
  });

  it('leave nothing behind, whether they fail or not', async () => {
    const { limits } = setUp();
    const failing = Array.from({ length: 9 }, () => limits.run(ANN, () => Promise.reject(new Error('no'))));
    for (const { status } of await Promise.allSettled(failing)) expect(status).toBe('rejected');
    expect(limits.users).toBe(0);
  });
});
