import { expect, it } from '@jest/globals';
import { parseUserId, type ReceivedPosition } from '@nearby-friends/protocol';
import { Metrics } from '@nearby-friends/service-kit';
import type { Activity } from '../activation/announcer.ts';
import type { LocationCache, Recorded } from '../cache/location-cache.ts';
import { createLocationMetrics } from '../metrics/location-metrics.ts';
import { ANN, BEN, positionOf } from '../test-support/positions-of-test.ts';
import { PositionRecorder } from './record-positions.ts';

const CHO = parseUserId('cho');

/** A recorder on a cache that answers what the test says, by user. */
function setUp(answers: Partial<Record<string, Partial<Recorded>>> = {}) {
  const asked: (readonly ReceivedPosition[])[] = [];
  const announced: Activity[] = [];
  const metrics = new Metrics();
  const cache: Pick<LocationCache, 'recordBatch'> = {
    recordBatch: async (batch) => {
      asked.push(batch);
      return batch.map(({ user, at }) => ({
        outcome: 'stored',
        at,
        activeSince: at,
        isAnnounced: true,
        ...answers[user],
      }));
    },
  };
  const recorder = new PositionRecorder({
    cache: cache as LocationCache,
    announce: (activity) => announced.push(activity),
    metrics: createLocationMetrics(metrics),
  });
  return { recorder, asked, announced, exposed: () => metrics.registry.metrics() };
}

const cutShort = (position: ReceivedPosition): ReceivedPosition => ({
  ...position,
  body: position.body.subarray(0, -1),
});

it('a body that nobody could read is `failed`, is not handed on, and leaves the answers of the others in place', async () => {
  const { recorder, asked } = setUp({ [CHO]: { outcome: 'superseded', at: 9 } });
  const good = [positionOf(ANN, 1), positionOf(CHO, 2)] as const;
  const empty = { ...positionOf(BEN, 3), body: Buffer.alloc(0) };
  const answer = await recorder.recordBatch([empty, good[0], cutShort(positionOf(BEN, 4)), good[1]]);
  expect(answer.map(({ outcome, at }) => [outcome, at])).toEqual([
    ['failed', 0],
    ['stored', 1],
    ['failed', 0],
    ['superseded', 9],
  ]);
  expect(asked).toEqual([good]);
});

it('a batch of such bodies alone asks nobody', async () => {
  const { recorder, asked } = setUp();
  expect((await recorder.recordBatch([cutShort(positionOf(ANN, 1))])).map(({ outcome }) => outcome)).toEqual([
    'failed',
  ]);
  expect(asked).toEqual([]);
});

it('[S2] who is stored and not announced yet is announced, with its own position', async () => {
  const { recorder, announced } = setUp({
    [BEN]: { isAnnounced: false, activeSince: 5 },
    [CHO]: { isAnnounced: false, outcome: 'superseded' },
  });
  await recorder.recordBatch([
    cutShort(positionOf(ANN, 1)),
    positionOf(ANN, 1),
    positionOf(BEN, 7, 3),
    positionOf(CHO, 1),
  ]);
  expect(announced.map(({ user, activeSince, at, position }) => [user, activeSince, at, position.accuracy])).toEqual([
    [BEN, 5, 7, 3],
  ]);
});

it('counts positions by outcome, and the batch', async () => {
  const { recorder, exposed } = setUp({ [BEN]: { outcome: 'expired' } });
  await recorder.recordBatch([
    positionOf(ANN, 1),
    positionOf(BEN, 1),
    positionOf(CHO, 1),
    cutShort(positionOf(ANN, 2)),
  ]);
  await recorder.recordBatch([positionOf(ANN, 2)]);
  const text = await exposed();
  expect(text).toContain('nearby_positions_recorded_total{outcome="stored"} 3');
  expect(text).toContain('nearby_positions_recorded_total{outcome="expired"} 1');
  expect(text).toContain('nearby_positions_recorded_total{outcome="failed"} 1');
  expect(text).toContain('nearby_position_batch_size_sum 5');
});
