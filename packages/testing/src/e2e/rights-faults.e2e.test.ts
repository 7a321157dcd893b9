/** Grants are revoked while parts of the system die: no change is lost, and none is late (G4, G5). */
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { eventually } from '../plain/eventually.ts';
import { revocations } from '../rights/revocations.ts';
import { RightsTrial } from '../rights/rights-trial.ts';
import { ApiClient } from '../stack/api-client.ts';
import { useDeployment } from '../stack/use-deployment.ts';

const PAIRS = 12;
const REPORT_INTERVAL_MS = 200;
/** A fault comes, and is over, when so many more grants were revoked. */
const REVOCATIONS_BETWEEN_FAULTS = 6;
const REVOCATIONS_AFTER_LOSS = 12;
const REVOKED_TIMEOUT_MS = 60_000;
/** Longer than a pause that is no fault. */
const STOPPED_MS = 6_000;
/** Writes are back within this time after PostgreSQL is, without anything else being restarted. */
const WRITES_BACK_MS = 15_000;

// Shorter than the default: what is pending comes soon.
const deployment = useDeployment({ env: { gateway: { FLUSH_INTERVAL_MS: '250' } } });
const api = new ApiClient(deployment);
const ways = revocations(api);
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

/** Resolves when so many more grants have been revoked. */
async function untilRevoked(more: number): Promise<void> {
  const goal = trial.callsMs.length + more;
  await eventually(() => expect(trial.callsMs.length).toBeGreaterThanOrEqual(goal), REVOKED_TIMEOUT_MS);
}

/** Every pair goes through all ways in turn while `fault` happens again and again, `times` in all. */
async function tryDuring(fault: () => Promise<void>, times: number): Promise<void> {
  let isOver = false;
  const work = trial.pairs.map(async (pair, i) => {
    for (let turn = i; !isOver; turn++) {
      const way = ways[turn % ways.length];
      if (way) await trial.try(way, pair);
    }
  });
  for (let i = 0; i < times; i++) {
    await untilRevoked(REVOCATIONS_BETWEEN_FAULTS);
    await fault();
  }
  isOver = true;
  await Promise.all(work);
  // Nothing given back was lost either.
  for (const pair of trial.pairs) await trial.untilSeen(pair);
  expect(trial.violations).toEqual([]);
  expect(trial.callsMs.length).toBeGreaterThan(PAIRS);
  for (const gateway of [0, 1])
    expect(await deployment.gatewayMetric(gateway, 'nearby_post_revocation_deliveries_total')).toBe(0);
}

describe('while grants are revoked and given back', () => {
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
      await untilRevoked(REVOCATIONS_AFTER_LOSS);
    }, 4);
  }, 180_000);

  it('[G4] Redis is killed and comes back empty', async () => {
    await tryDuring(async () => {
      await deployment.stack.redis?.kill();
      await deployment.stack.redis?.restart();
      await untilRevoked(REVOCATIONS_AFTER_LOSS);
    }, 2);
  }, 180_000);

  it('[G4] gateways are killed: viewers who come back see no more than before', async () => {
    let turn = 0;
    await tryDuring(async () => {
      const victim = deployment.stack.gateways[turn++ % 2];
      victim?.kill();
      await victim?.start();
    }, 3);
  }, 180_000);
});

describe('an instance of friend-graph is stopped and continues', () => {
  it('[G4] a change that waited for it does not come after a later one', async () => {
    const [hung] = deployment.stack.friendGraphs;
    if (!hung) throw new Error('there is no instance');
    const path = `/api/v1/viewers/${trial.pairs[0]?.viewer}`;
    const subject = trial.pairs[0]?.subject ?? '';
    const headers = {
      authorization: `Bearer ${await deployment.token(subject)}`,
      'content-type': 'application/json',
    };
    const grant = (precision: string) => ({ method: 'PUT', headers, body: JSON.stringify({ precision }) });
    process.kill(hung.pid, 'SIGSTOP');
    try {
      // Sent to it as the load balancer does; it stands in the kernel's buffer.
      const early = fetch(`http://127.0.0.1:${hung.port}${path}`, grant('exact'));
      await delay(STOPPED_MS);
      await eventually(async () => {
        expect((await fetch(`${deployment.url}${path}`, grant('hidden'))).status).toBe(200);
      }, REVOKED_TIMEOUT_MS);
      process.kill(hung.pid, 'SIGCONT');
      expect((await early).status).toBe(503);
    } finally {
      process.kill(hung.pid, 'SIGCONT');
    }
    const { items } = (await api.call(subject, 'GET', '/viewers')) as {
      items: { id: string; precision: string }[];
    };
    expect(items.find(({ id }) => id === trial.pairs[0]?.viewer)).toMatchObject({ precision: 'hidden' });
  }, 120_000);
});

describe('instances of friend-graph are stopped', () => {
  it('[O3] a change goes to one that responds, and is refused at once without any', async () => {
    const { friendGraphs } = deployment.stack;
    const change = async () => {
      const startedAt = performance.now();
      const { status } = await api.request('writer', 'PUT', '/me/sharing', { paused: false });
      expect(performance.now() - startedAt).toBeLessThan(STOPPED_MS);
      return status;
    };
    await eventually(async () => expect(await change()).toBe(200));
    const [first, ...others] = friendGraphs;
    try {
      if (first) process.kill(first.pid, 'SIGSTOP');
      for (let i = 0; i < 4; i++) expect(await change()).toBe(200);
      for (const { pid } of others) process.kill(pid, 'SIGSTOP');
      expect(await change()).toBe(503);
    } finally {
      for (const { pid } of friendGraphs) process.kill(pid, 'SIGCONT');
    }
    await eventually(async () => expect(await change()).toBe(200));
  }, 120_000);
});

describe('PostgreSQL is restarted', () => {
  it('answers 503 with Retry-After meanwhile, is not ready, and takes writes again by itself within 15 s', async () => {
    const { postgres, friendGraphs } = deployment.stack;
    const write = () => api.request('writer', 'PUT', '/me/sharing', { paused: false });
    const ready = async () => (await fetch(`http://127.0.0.1:${friendGraphs[0]?.opsPort}/ready`)).status;
    expect((await write()).status).toBe(200);
    postgres?.process.kill('SIGKILL');
    // Its connections end a moment after it.
    const refused = await eventually(async () => {
      const response = await write();
      expect(response.status).toBe(503);
      return response;
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    await eventually(async () => expect(await ready()).toBe(503));
    await postgres?.process.start();
    await eventually(async () => expect((await write()).status).toBe(200), WRITES_BACK_MS);
    await eventually(async () => expect(await ready()).toBe(200));
  }, 60_000);
});
