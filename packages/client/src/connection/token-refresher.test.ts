import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@nearby-friends/service-kit';
import { AccessToken } from '../access-token.ts';
import { NearbyError } from '../nearby-error.ts';
import { tokenExpiringAt } from '../token-expiring-at.testing.ts';
import { ServerClock } from './server-clock.ts';
import { TokenRefresher } from './token-refresher.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** `lifetimesMs`: lifetimes of consecutive tokens. The last one repeats. */
async function openRefresher(lifetimesMs: (number | 'fails')[]) {
  const clock = new ManualClock();
  const startedAt = clock.now();
  const serverClock = new ServerClock(clock);
  const getToken = async () => {
    const lifetimeMs = lifetimesMs.length > 1 ? lifetimesMs.shift() : lifetimesMs[0];
    if (lifetimeMs === 'fails') throw new Error('the app is offline');
    return tokenExpiringAt(clock.now() + (lifetimeMs ?? 0));
  };
  const token = new AccessToken({ getToken }, () => serverClock.now());
  const sent: { readonly at: number; readonly token: string }[] = [];
  const problems: string[] = [];
  let refusal: NearbyError | undefined;
  const refresher = new TokenRefresher({
    token,
    serverClock,
    clock,
    onProblem: ({ code }) => problems.push(code),
    async send(newer) {
      sent.push({ at: clock.now() - startedAt, token: newer });
      if (refusal) throw refusal;
    },
  });
  refresher.online(await token.current());
  return {
    clock,
    token,
    refresher,
    problems,
    sent,
    get times() {
      return sent.map(({ at }) => at);
    },
    refuse(error: NearbyError | undefined) {
      refusal = error;
    },
    /** Advances in steps, so that microtasks run in between. */
    async pass(ms: number, stepMs = 500) {
      for (let passed = 0; passed < ms; passed += stepMs) {
        clock.advance(stepMs);
        await turn();
      }
    },
  };
}

describe('[A2] an expiring token', () => {
  it('is refreshed a minute before its expiry, and so is the next one', async () => {
    const opened = await openRefresher([3_600_000]);
    await opened.pass(7_200_000, 60_000);
    expect(opened.times).toEqual([3_540_000, 7_080_000]);
  });

  it('is refreshed after half of a short lifetime', async () => {
    const opened = await openRefresher([20_000]);
    await opened.pass(25_000);
    expect(opened.times).toEqual([10_000, 20_000]);
  });

  it('is retried when getToken fails, and the failure is reported', async () => {
    const opened = await openRefresher([20_000, 'fails', 20_000]);
    await opened.pass(16_000);
    expect(opened.problems).toEqual(['no_token']);
    expect(opened.times).toEqual([15_000]);
  });

  it('is retried when the server refuses the new one', async () => {
    const opened = await openRefresher([20_000, 30_000]);
    opened.refuse(new NearbyError({ code: 'unauthorized', message: 'No.', retryable: false }));
    await opened.pass(10_000);
    expect(opened.problems).toEqual(['unauthorized']);
    opened.refuse(undefined);
    await opened.pass(15_000);
    expect(opened.problems.length).toBe(1);
    expect(opened.times.length).toBe(2);
  });

  it('is sent without another fetch when an HTTP call has already renewed it', async () => {
    const opened = await openRefresher([20_000, 40_000, 1]);
    const renewed = await opened.token.renew();
    await opened.pass(10_000);
    expect(opened.sent).toEqual([{ at: 10_000, token: renewed }]);
  });

  it('is not refreshed while offline', async () => {
    const opened = await openRefresher([20_000]);
    opened.refresher.offline();
    await opened.pass(30_000);
    expect(opened.times).toEqual([]);
    expect(opened.clock.pending).toBe(0);
  });
});
