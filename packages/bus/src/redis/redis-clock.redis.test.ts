import { describe, expect, it } from '@jest/globals';
import { type Clock, silentLogger, systemClock } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { useRedis } from './redis.testing.ts';
import { RedisClock } from './redis-clock.ts';
import type { Redis } from './redis-connection.ts';

const redis = useRedis();
const running: RedisClock[] = [];
redis.beforeItEnds(async () => {
  for (const clock of running.splice(0)) clock.stop();
});

/** More than a few loopback round trips take on a busy machine, and far less than the tests put the clocks apart. */
const TOLERANCE_MS = 200;

/** A clock that is wrong by `offsetMs` and whose timers the test fires. */
class WrongClock implements Clock {
  offsetMs = 0;
  readonly #timers: (() => void)[] = [];
  now = () => systemClock.now() + this.offsetMs;
  after = systemClock.after;
  every(_: number, run: () => void) {
    this.#timers.push(run);
    return () => {
      this.#timers.length = 0;
    };
  }
  tick() {
    for (const run of this.#timers) run();
  }
}

async function start(offsetMs: number) {
  const connection = await redis.connect('commands');
  const wrong = new WrongClock();
  wrong.offsetMs = offsetMs;
  const clock = new RedisClock({ redis: connection, clock: wrong, logger: silentLogger });
  running.push(clock);
  await clock.start();
  return { connection, wrong, clock };
}

/** The clock's error, ms: the best of a few measurements, since a single one may be interrupted. */
async function errorMs(clock: RedisClock, connection: Redis): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5; i++) {
    const before = clock.now();
    const [seconds, micros] = await connection.time();
    const after = clock.now();
    best = Math.min(best, Math.abs(Number(seconds) * 1000 + Number(micros) / 1000 - (before + after) / 2));
  }
  return best;
}

describe("Redis' clock", () => {
  it.each([0, 3_600_000, -86_400_000])(
    'is right although the clock of the process is wrong by %d ms',
    async (offsetMs) => {
      const { clock, connection } = await start(offsetMs);
      expect(await errorMs(clock, connection)).toBeLessThan(TOLERANCE_MS);
      expect(Number.isInteger(clock.now())).toBe(true);
    },
  );

  it('follows when one of the two clocks is set', async () => {
    const { clock, connection, wrong } = await start(0);
    wrong.offsetMs = 5_000;
    expect(await errorMs(clock, connection)).toBeGreaterThan(4_000);
    wrong.tick();
    await eventually(async () => expect(await errorMs(clock, connection)).toBeLessThan(TOLERANCE_MS));
  });

  it('is measured again on a new connection: after a failover another machine has the clock', async () => {
    const { clock, connection, wrong } = await start(0);
    await redis.server.kill();
    await eventually(() => expect(connection.status).not.toBe('ready'));
    wrong.offsetMs = -5_000;
    await redis.server.restart();
    await eventually(async () => expect(await errorMs(clock, connection)).toBeLessThan(TOLERANCE_MS));
  });

  it('[L3] tells by how much it was set back, once, and not when it is set forward or measured again', async () => {
    const { clock, connection, wrong } = await start(0);
    const steps: number[] = [];
    clock.onSetBack((ms) => steps.push(Math.round(ms / 1_000)));
    const measured = async () => {
      wrong.tick();
      await eventually(async () => expect(await errorMs(clock, connection)).toBeLessThan(TOLERANCE_MS));
    };
    await measured();
    // The process' own clock a minute ahead is the same as Redis' clock a minute back.
    wrong.offsetMs = 60_000;
    await measured();
    await measured();
    wrong.offsetMs = -60_000;
    await measured();
    wrong.offsetMs = -59_800;
    await measured();
    expect([steps, clock.timesSetBack]).toEqual([[60], 1]);
  });

  it('[L3] is measured on request, as soon as it has shown to be wrong', async () => {
    const { clock, connection, wrong } = await start(0);
    wrong.offsetMs = 60_000;
    for (let i = 0; i < 10; i++) clock.measure();
    await eventually(async () => expect(await errorMs(clock, connection)).toBeLessThan(TOLERANCE_MS));
    expect(clock.timesSetBack).toBe(1);
  });

  it('continues while Redis is unavailable', async () => {
    const { clock, connection, wrong } = await start(0);
    await redis.server.kill();
    await eventually(() => expect(connection.status).not.toBe('ready'));
    wrong.tick();
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1_000);
  });
});
