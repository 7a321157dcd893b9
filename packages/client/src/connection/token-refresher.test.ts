import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@nearby-friends/service-kit';
import { AccessToken } from '../access-token.ts';
import { NearbyError } from '../nearby-error.ts';
import { tokenEndingAt } from '../token.testing.ts';
import { ServerClock } from './server-clock.ts';
import { TokenRefresher } from './token-refresher.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** `lifetimesMs`: of the tokens that are given one after the other; the last one is given for ever. */
async function openRefresher(lifetimesMs: (number | 'fails')[]) {
  const clock = new ManualClock();
  const startedAt = clock.now();
  const serverClock = new ServerClock(clock);
  const getToken = async () => {
    const lifetimeMs = lifetimesMs.length > 1 ? lifetimesMs.shift() : lifetimesMs[0];
    if (lifetimeMs === 'fails') throw new Error('the app is offline');
    return tokenEndingAt(clock.now() + (lifetimeMs ?? 0));
  };
  const token = new AccessToken({ getToken }, () => serverClock.now());
  const shown: { readonly at: number; readonly token: string }[] = [];
  const problems: string[] = [];
  let refusal: NearbyError | undefined;
  const refresher = new TokenRefresher({
    token,
    serverClock,
    clock,
    onProblem: ({ code }) => problems.push(code),
    async show(newer) {
      shown.push({ at: clock.now() - startedAt, token: newer });
      if (refusal) throw refusal;
    },
  });
  refresher.online(await token.current());
  return {
    clock,
    token,
    refresher,
    problems,
    shown,
    get times() {
      return shown.map(({ at }) => at);
    },
    refuse(error: NearbyError | undefined) {
      refusal = error;
    },
    /** In steps, so that what waits for a promise goes on in between. */
    async pass(ms: number, stepMs = 500) {
      for (let passed = 0; passed < ms; passed += stepMs) {
        clock.advance(stepMs);
        await turn();
      }
    },
  };
}

describe('[A2] a token that comes to its end', () => {
  it('is replaced a minute before, on the same connection, and the next one as well', async () => {
    const opened = await openRefresher([3_600_000]);
    await opened.pass(7_200_000, 60_000);
    expect(opened.times).toEqual([3_540_000, 7_080_000]);
  });

  it('is replaced after half its life when that is short', async () => {
    const opened = await openRefresher([20_000]);
    await opened.pass(25_000);
    expect(opened.times).toEqual([10_000, 20_000]);
  });

  it('is asked for again when it cannot be had, and the app is told', async () => {
    const opened = await openRefresher([20_000, 'fails', 20_000]);
    await opened.pass(16_000);
    expect(opened.problems).toEqual(['no_token']);
    expect(opened.times).toEqual([15_000]);
  });

  it('is asked for again when the server does not take the new one', async () => {
    const opened = await openRefresher([20_000, 30_000]);
    opened.refuse(new NearbyError({ code: 'unauthorized', message: 'No.', retryable: false }));
    await opened.pass(10_000);
    expect(opened.problems).toEqual(['unauthorized']);
    opened.refuse(undefined);
    await opened.pass(15_000);
    expect(opened.problems.length).toBe(1);
    expect(opened.times.length).toBe(2);
  });

  it('that something else has renewed is shown without fetching yet another', async () => {
    const opened = await openRefresher([20_000, 40_000, 1]);
    const renewed = await opened.token.renew();
    await opened.pass(10_000);
    expect(opened.shown).toEqual([{ at: 10_000, token: renewed }]);
  });

  it('is nobody’s business while there is no connection', async () => {
    const opened = await openRefresher([20_000]);
    opened.refresher.offline();
    await opened.pass(30_000);
    expect(opened.times).toEqual([]);
    expect(opened.clock.pending).toBe(0);
  });
});
