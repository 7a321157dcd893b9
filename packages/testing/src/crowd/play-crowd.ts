/** Plays a moving crowd against a deployment during disturbances; every list is compared with the oracle's. */
import { expect } from '@jest/globals';
import { type Disturbance, type ReplayReport, replay, type TransportChoice } from '@nearby-friends/simulator';
import type { Deployment } from '../stack/deployment.ts';
import { makeCrowd } from './make-crowd.ts';

const PEOPLE = 80;
/** How often each of them reports. */
export const REPORT_INTERVAL_MS = 1_000;
const DURATION_MS = 16_000;

let crowds = 0;

/**
 * A new crowd each time. The lists are compared three times on the way and at the end, and have 5 s to become right each
 * time (S4). Fails on any difference.
 */
export async function playCrowd(
  deployment: Deployment,
  options: {
    ttlSeconds: number;
    disturbances: readonly Disturbance[];
    transport?: TransportChoice;
  },
): Promise<ReplayReport> {
  const { ttlSeconds, disturbances, transport = 'websocket' } = options;
  const crowd = makeCrowd({
    name: `crowd-${++crowds}`,
    people: PEOPLE,
    friendsEach: 8,
    intervalMs: REPORT_INTERVAL_MS,
    durationMs: DURATION_MS,
    seed: crowds,
  });
  await deployment.befriend(...crowd.pairs);
  const report = await replay({
    friendships: crowd.friendships,
    movements: crowd.movements,
    window: { fromMs: 0, toMs: DURATION_MS },
    speed: 1,
    url: deployment.url,
    deploymentTtlMs: ttlSeconds * 1000,
    checkpoints: 3,
    transport,
    atFraction: disturbances,
  });
  expect(report.failures).toEqual([]);
  for (const { required } of report.checkpoints.slice(0, 4)) expect(required).toBeGreaterThan(PEOPLE);
  return report;
}
