/** The whole replay over real sockets: passes against a right deployment, and finds what a wrong one does wrong. */
import { describe, expect, it } from '@jest/globals';
import { parseUserId, type UserId } from '@nearby-friends/protocol';
import { type Defect, SmallDeployment } from '../client/small-deployment.testing.ts';
import { friendshipsOf } from '../dataset/friendships.ts';
import type { Movement } from '../dataset/movements.ts';
import { replay } from './replay.ts';
import type { ReplayOptions, ReplayProgress } from './replay-options.ts';
import type { ReplayReport } from './replay-report.ts';

const anna = parseUserId('anna');
const ben = parseUserId('ben');
const carla = parseUserId('carla');
const dan = parseUserId('dan');
const stranger = parseUserId('stranger');
const USERS = 5;
const friendships = friendshipsOf([
  [anna, ben],
  [anna, carla],
  [anna, dan],
  [ben, carla],
]);

/** A right deployment gets the full 5 s at each checkpoint (half a TTL), since the machine may be busy; a wrong one needs less. */
const PATIENT_TTL_MS = 10_000;
const HASTY_TTL_MS = 1_500;

function at(atMs: number, user: UserId, kilometersNorth: number): Movement {
  return { user, atMs, lat: 37.7 + kilometersNorth / 111.195, lng: -122.4 };
}

/**
 * Two seconds of dataset time, played in one. Anna is alone at first; Ben and Carla come one after the other; Ben walks away and back,
 * Anna walks up to Carla, Carla comes into Ben's reach while he rests; the stranger walks with Anna; Dan never moves.
 */
const movements: Movement[] = [
  at(0, anna, 0),
  at(50, stranger, 0.1),
  at(100, carla, 9),
  at(200, ben, 3),
  at(400, ben, 20),
  at(600, ben, 5),
  at(800, anna, 2),
  at(1_000, carla, 7),
  at(1_300, stranger, 2),
  at(1_600, anna, 3),
  at(1_700, ben, 4),
];

async function play(defect: Defect | undefined, more: Partial<ReplayOptions> = {}): Promise<ReplayReport> {
  const ttlMs = defect === undefined ? PATIENT_TTL_MS : HASTY_TTL_MS;
  const deployment = new SmallDeployment({ friendships, ttlMs, ...(defect === undefined ? {} : { defect }) });
  const url = await deployment.start();
  try {
    return await replay({
      friendships,
      movements,
      window: { fromMs: 0, toMs: 2_000 },
      speed: 2,
      url,
      deploymentTtlMs: ttlMs,
      atFraction: [{ fraction: 0.55, run: async () => deployment.cutConnections() }],
      ...more,
    });
  } finally {
    await deployment.stop();
  }
}

function differenceKinds(report: ReplayReport): Set<string> {
  return new Set(report.checkpoints.flatMap(({ differences }) => differences.map(({ kind }) => kind)));
}

describe('replay', () => {
  it.concurrent.each(['websocket', 'polling', 'both'] as const)(
    'passes against a right deployment over %s',
    async (transport) => {
      const seen: ReplayProgress[] = [];
      const report = await play(undefined, {
        checkpoints: 3,
        transport,
        onProgress: (progress) => seen.push(progress),
      });
      expect(report.failures).toEqual([]);
      expect(report.ok).toBe(true);
      expect(report.checkpoints.map(({ label }) => label)).toEqual(['25 %', '50 %', '75 %', 'end', 'expiry']);
      expect(report.checkpoints.at(-2)?.required).toBeGreaterThanOrEqual(4);
      expect(report.checkpoints.at(-1)?.forbidden).toBe(6);
      expect(report.measured.connections.lost).toBe(USERS);
      expect(report.users).toBe(USERS);
      expect(seen.some(({ watched }) => watched[0]?.viewer === anna && watched[0].shown?.length === 2)).toBe(true);
    },
    60_000,
  );

  it.concurrent('sets the given radius before the first list', async () => {
    const report = await play(undefined, { radiusMeters: 1_500, checkpoints: 1 });
    expect(report.failures).toEqual([]);
    // Only Anna and Ben are within 1.5 km of each other at the end.
    expect(report.checkpoints.at(-2)).toMatchObject({ label: 'end', required: 2, forbidden: 4 });
  });

  it.concurrent.each<[Defect, string]>([
    ['keeps inactive friends', 'extra'],
    ['ignores that the viewer moves', 'wrong distance'],
    ['sends a friend’s first position only', 'stale position'],
    ['omits friends who come later', 'missing'],
    ['measures in miles', 'wrong distance'],
    ['lists strangers', 'extra'],
  ])('finds a deployment that %s', async (defect, kind) => {
    const report = await play(defect, { checkpoints: 3, atFraction: [] });
    expect(report.ok).toBe(false);
    expect(differenceKinds(report)).toContain(kind);
  });

  it.concurrent('finds a deployment that does not sort the snapshot', async () => {
    expect((await play('does not sort the snapshot')).measured.breaches).toHaveProperty([
      'snapshot not sorted by distance',
    ]);
  });

  it.concurrent('finds a deployment that acknowledges nothing', async () => {
    const report = await play('acknowledges nothing');
    expect(report.checkpoints.find(({ label }) => label === 'end')?.unconfirmed).toHaveLength(4);
    expect(report.ok).toBe(false);
  });

  it.concurrent('is no pass when there was nothing to compare', async () => {
    const report = await play(undefined, { movements: [at(0, anna, 0)] });
    expect(report.failures).toEqual([expect.stringContaining('nothing is shown')]);
  });

  it('ends with what a disturbance failed with', async () => {
    const run = (): Promise<void> => Promise.reject(new Error('there is no such instance'));
    await expect(play(undefined, { atFraction: [{ fraction: 0.1, run }] })).rejects.toThrow('no such instance');
  });

  it('ends when it is called off', async () => {
    const signal = AbortSignal.timeout(300);
    await expect(play(undefined, { signal })).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it.concurrent('names the remedy when there is no server', async () => {
    const refused = play(undefined, { url: 'http://127.0.0.1:9' });
    await expect(refused).rejects.toThrow(/No token for user .* DEV_TOKENS=true/);
  }, 20_000);
});
