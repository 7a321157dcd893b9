/** Rights that are taken back while parts of the system die: no change is lost, and none is late (G4, G5). */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { ApiClient } from '../api-client.ts';
import { eventually } from '../eventually.ts';
import { narrowings } from '../narrowings.ts';
import { pause, RightsTrial } from '../rights-trial.ts';
import { useDeployment } from '../use-deployment.ts';

const PAIRS = 12;
const REPORT_INTERVAL_MS = 200;
const HOLD_MS = 350;
/** Writes are back within this time after PostgreSQL is, without anything else being restarted. */
const WRITES_BACK_MS = 15_000;

// Shorter than the default, and than what is held: whatever is pending has its chance to come.
const deployment = useDeployment({ env: { gateway: { FLUSH_INTERVAL_MS: '250' } } });
const api = new ApiClient(deployment);
const ways = narrowings(api);
let trial: RightsTrial;
let trials = 0;

beforeEach(async () => {
  const number = ++trials;
  const pairs = Array.from({ length: PAIRS }, (_, i) => ({
    subject: `subject-${number}-${i}`,
    viewer: `viewer-${number}-${i}`,
  }));
  trial = new RightsTrial({ deployment, pairs, reportIntervalMs: REPORT_INTERVAL_MS });
  await trial.start((_person, index) => index % 2);
}, 60_000);
afterEach(() => trial.stop());

/** Every pair goes through all ways in turn while `fault` happens again and again, `times` in all. */
async function tryDuring(fault: () => Promise<void>, times: number): Promise<void> {
  let isOver = false;
  const work = trial.pairs.map(async (pair, i) => {
    for (let turn = i; !isOver; turn++) {
      const way = ways[turn % ways.length];
      if (way) await trial.try(way, pair, HOLD_MS);
    }
  });
  for (let i = 0; i < times; i++) {
    await pause(500);
    await fault();
  }
  isOver = true;
  await Promise.all(work);
  // Whoever may see, sees: nothing was lost on the way either.
  for (const pair of trial.pairs) await trial.untilSeen(pair);
  expect(trial.violations).toEqual([]);
  expect(trial.callsMs.length).toBeGreaterThan(PAIRS);
  for (const gateway of [0, 1])
    expect(await deployment.gatewayMetric(gateway, 'nearby_post_revocation_deliveries_total')).toBe(0);
}

describe('while rights are taken and given back', () => {
  it('[G4] instances of friend-graph are killed, one after the other', async () => {
    let turn = 0;
    await tryDuring(async () => {
      const victim = deployment.stack.friendGraphs[turn++ % 2];
      victim?.kill();
      await victim?.start();
    }, 6);
  }, 180_000);

  it('[G4] Redis loses everything, again and again', async () => {
    await tryDuring(async () => {
      const redis = new Redis(deployment.stack.redisUrl);
      await redis.flushall();
      redis.disconnect();
      await pause(1_500);
    }, 4);
  }, 180_000);

  it('[G4] Redis is killed and comes back empty', async () => {
    await tryDuring(async () => {
      await deployment.stack.redis?.kill();
      await deployment.stack.redis?.restart();
      await pause(3_000);
    }, 2);
  }, 180_000);

  it('[G4] gateways are killed: whoever comes back sees no more than before', async () => {
    let turn = 0;
    await tryDuring(async () => {
      const victim = deployment.stack.gateways[turn++ % 2];
      victim?.kill();
      await victim?.start();
    }, 3);
  }, 180_000);
});

describe('PostgreSQL is restarted', () => {
  it('answers 503 with Retry-After meanwhile, is not ready, and takes writes again by itself within 15 s', async () => {
    const { postgres, friendGraphs } = deployment.stack;
    const write = () => api.ask('somebody', 'PUT', '/me/sharing', { paused: false });
    const ready = async () => (await fetch(`http://127.0.0.1:${friendGraphs[0]?.opsPort}/ready`)).status;
    expect((await write()).status).toBe(200);
    postgres?.process.kill('SIGKILL');
    const refused = await write();
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    await eventually(async () => expect(await ready()).toBe(503));
    await postgres?.process.start();
    await eventually(async () => expect((await write()).status).toBe(200), WRITES_BACK_MS);
    await eventually(async () => expect(await ready()).toBe(200));
  }, 60_000);
});
