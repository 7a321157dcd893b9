import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Bus, createBus } from '@nearby-friends/bus';
import { type Redis, startRedis } from '@nearby-friends/local-stack';
import { alertsKey, parseUserId } from '@nearby-friends/protocol';
import { identifyProcess, Lifecycle, silentLogger } from '@nearby-friends/service-kit';
import { patientClock } from '@nearby-friends/testing/patient-clock';
import { AlertDecisions, type Observation } from './alert-decisions.ts';
import { COOL_DOWN_MS, LOST_MS, MAX_PER_DAY, MAX_PER_HOUR } from './pair-script.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const VIEWER = parseUserId('viewer');

let server: Redis;
let now: number;
let buses: { bus: Bus; lifecycle: Lifecycle }[];
let decisions: AlertDecisions[];

beforeAll(async () => {
  server = await startRedis();
}, 120_000);
afterAll(() => server.stop());

beforeEach(async () => {
  now = 1_800_000_000_000;
  buses = await Promise.all(
    ['one', 'other'].map(async (name) => {
      const identity = identifyProcess(name);
      const bus = createBus({
        redisUrl: server.url,
        service: 'alerts',
        ...identity,
        watch: [],
        clock: patientClock,
        logger: silentLogger,
      });
      const lifecycle = new Lifecycle({ components: bus.components, logger: silentLogger });
      await lifecycle.start();
      return { bus, lifecycle };
    }),
  );
  decisions = buses.map(({ bus }) => new AlertDecisions({ redis: bus.commands, redisNow: () => now }));
  await buses[0]?.bus.commands.flushall();
});
afterEach(async () => {
  for (const { lifecycle } of buses) await lifecycle.stop();
});

const seen = (observation: Observation, ...friends: string[]) =>
  new Map((friends.length > 0 ? friends : ['ben']).map((friend) => [friend, observation]));
const decide = async (observation: Observation, ...friends: string[]) =>
  (await decisions[0]?.decide(VIEWER, seen(observation, ...friends))) ?? [];

describe('[P4] of a friend who comes near', () => {
  it('five looks of each of two replicas at once make one alert', async () => {
    const looks = Array.from({ length: 10 }, (_, i) => decisions[i % 2]?.decide(VIEWER, seen('near')));
    expect((await Promise.all(looks)).flat()).toEqual(['ben']);
  });

  it('one that stays, leaves and comes back is none until four hours after it was last near', async () => {
    expect(await decide('near')).toEqual(['ben']);
    now += 10 * MINUTE_MS;
    expect(await decide('near')).toEqual([]);
    const lastNear = now;
    now += MINUTE_MS;
    expect(await decide('far')).toEqual([]);
    now = lastNear + COOL_DOWN_MS - 1;
    // Near again without an alert: the four hours begin again.
    expect(await decide('near')).toEqual([]);
    now += MINUTE_MS;
    await decide('far');
    now += COOL_DOWN_MS - MINUTE_MS;
    expect(await decide('near')).toEqual(['ben']);
  });

  it('one between the radii keeps what it was', async () => {
    expect(await decide('kept')).toEqual([]);
    expect(await decide('near')).toEqual(['ben']);
    now += 5 * HOUR_MS;
    // Without a position it was lost meanwhile, and far.
    expect(await decide('kept')).toEqual([]);
    expect(await decide('near')).toEqual(['ben']);
    for (let i = 0; i < 12; i++) {
      now += 29 * MINUTE_MS;
      expect(await decide('kept')).toEqual([]);
    }
    expect(await decide('near')).toEqual([]);
  });

  it('one without a position is far after half an hour', async () => {
    await decide('near');
    now += LOST_MS + 1;
    expect(await decide('near')).toEqual([]);
    now += COOL_DOWN_MS;
    expect(await decide('near')).toEqual(['ben']);
  });

  it('one that came near quietly is no alert while it stays', async () => {
    expect(await decide('near-quietly')).toEqual([]);
    expect(await decide('near')).toEqual([]);
  });

  it('has limits for each hour and day, also within one look', async () => {
    const friends = (from: number, count: number) => Array.from({ length: count }, (_, i) => `f${from + i}`);
    expect(await decide('near', ...friends(0, 10))).toHaveLength(MAX_PER_HOUR);
    now += HOUR_MS - 1;
    expect(await decide('near', ...friends(10, 1))).toEqual([]);
    let sent = MAX_PER_HOUR;
    for (let i = 0; i < 5; i++) {
      now += HOUR_MS;
      sent += (await decide('near', ...friends(20 + 10 * i, 10))).length;
    }
    expect(sent).toBe(MAX_PER_DAY);
    now += 24 * HOUR_MS;
    expect(await decide('near', 'later')).toEqual(['later']);
  });

  it('a notice is one alert in four hours, however often it is repeated', async () => {
    const notice = 'requested:ben';
    expect(await decide('once', notice)).toEqual([notice]);
    now += COOL_DOWN_MS - 1;
    expect(await decide('once', notice)).toEqual([]);
    // As with a friend, from the last one.
    now += COOL_DOWN_MS;
    expect(await decide('once', notice)).toEqual([notice]);
  });

  it('what is kept of a viewer is one key, which expires within a day, without friends of earlier days', async () => {
    await decide('near', 'ann');
    now += 25 * HOUR_MS;
    await decide('near', 'ben');
    const commands = buses[0]?.bus.commands;
    expect(await commands?.keys('*')).toEqual([alertsKey(VIEWER)]);
    expect(Object.keys((await commands?.hgetall(alertsKey(VIEWER))) ?? {}).sort()).toEqual([':sent', 'ben']);
    const ttl = (await commands?.pttl(alertsKey(VIEWER))) ?? 0;
    expect(ttl).toBeGreaterThan(0);
    expect(ttl).toBeLessThanOrEqual(24 * HOUR_MS);
  });
});
