/** The replay against the real stack: a walking crowd sees what it should while instances are killed under it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Stack } from '@nearby-friends/local-stack';
import { withFile } from '../dataset/csv-files.testing.ts';
import { windowFigures } from '../dataset/window-figures.ts';
import { startOwnStack } from './own-stack.ts';
import { replay } from './replay.ts';
import type { ReplayOptions } from './replay-options.ts';
import { friendshipsCsv, walkingCrowd } from './walking-crowd.testing.ts';

const TTL_SECONDS = 6;
const SECONDS = 24;
const crowd = walkingCrowd(SECONDS);
let stack: Stack;

beforeAll(async () => {
  stack = await withFile(friendshipsCsv(crowd.friendships), (friendshipsFile) =>
    startOwnStack({ gateways: 2, positionTtlSeconds: TTL_SECONDS, friendshipsFile }),
  );
}, 120_000);
afterAll(async () => {
  await stack?.stop();
}, 60_000);

function play(more: Partial<ReplayOptions> = {}): ReturnType<typeof replay> {
  return replay({ ...crowd, speed: 1, url: stack.url, deploymentTtlMs: TTL_SECONDS * 1_000, checkpoints: 3, ...more });
}

function kill(group: 'gateways' | 'locations' | 'friendGraphs', index: number): () => Promise<void> {
  return async () => {
    const instance = stack[group][index];
    if (instance === undefined) throw new RangeError(`there are no ${index + 1} ${group}`);
    instance.kill('SIGKILL');
    await instance.start();
  };
}

describe('a crowd of 80', () => {
  it('has enough friends who enter, leave and expire', () => {
    const figures = windowFigures({ ...crowd, radiusMeters: 8_046.72, ttlMs: TTL_SECONDS * 1_000 });
    expect(figures.listedMean).toBeGreaterThan(200);
    expect(figures.entered).toBeGreaterThan(300);
    expect(figures.left).toBeGreaterThan(100);
    expect(figures.expired).toBeGreaterThan(100);
  });

  it('[N1] [N2] [S5] [G4] sees what the dataset says while one of each service is killed', async () => {
    const report = await play({
      transport: 'both',
      atFraction: [
        { fraction: 0.1, run: kill('locations', 0) },
        { fraction: 0.35, run: kill('friendGraphs', 0) },
        { fraction: 0.6, run: kill('gateways', 0) },
      ],
    });
    expect(report.failures).toEqual([]);
    expect(report.measured.connections.lost).toBeGreaterThan(0);
    expect(report.checkpoints.every(({ label, required }) => label === 'expiry' || required > 100)).toBe(true);
  }, 120_000);

  it('detects a deployment with another TTL than stated', async () => {
    const window = { fromMs: 0, toMs: 8_000 };
    const report = await play({ window, deploymentTtlMs: TTL_SECONDS * 500, checkpoints: 0 });
    const kinds = new Set(report.checkpoints.flatMap(({ differences }) => differences.map(({ kind }) => kind)));
    expect(kinds).toEqual(new Set(['extra']));
  }, 120_000);
});
