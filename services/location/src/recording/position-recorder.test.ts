import { expect, it } from '@jest/globals';
import { encodePositionBody, parseUserId, type ReceivedPosition } from '@nearby-friends/protocol';
import { Metrics } from '@nearby-friends/service-kit';
import type { Activity } from '../activation/announcer.ts';
import type { LocationCache, Recorded } from '../cache/location-cache.ts';
import { createLocationMetrics } from '../metrics/location-metrics.ts';
import { ANN, BEN, positionOf } from '../test-support/positions-of-test.ts';
import { PositionRecorder } from './position-recorder.ts';

const CHO = parseUserId('cho');

/** A recorder on a cache whose outcomes the test sets, by user. */
function setUp(results: Partial<Record<string, Partial<Recorded>>> = {}) {
  const batches: (readonly ReceivedPosition[])[] = [];
  const announced: Activity[] = [];
  const metrics = new Metrics();
  const cache: Pick<LocationCache, 'recordBatch'> = {
    recordBatch: async (batch) => {
      batches.push(batch);
      return batch.map(({ user, at }) => ({
        outcome: 'stored',
        at,
        activeSince: at,
        isAnnounced: true,
        ...results[user],
      }));
    },
  };
  const recorder = new PositionRecorder({
    cache: cache as LocationCache,
    announce: (activity) => announced.push(activity),
    metrics: createLocationMetrics(metrics),
  });
  return { recorder, batches, announced, exposed: () => metrics.registry.metrics() };
}

const cutShort = (position: ReceivedPosition): ReceivedPosition => ({
  ...position,
  body: position.body.subarray(0, -1),
});

it('an invalid body is `failed`, is not recorded, and does not shift the other outcomes', async () => {
  const { recorder, batches } = setUp({ [CHO]: { outcome: 'superseded', at: 9 } });
  const good = [positionOf(ANN, 1), positionOf(CHO, 2)] as const;
  const empty = { ...positionOf(BEN, 3), body: Buffer.alloc(0) };
  const outcomes = await recorder.recordBatch([empty, good[0], cutShort(positionOf(BEN, 4)), good[1]]);
  expect(outcomes.map(({ outcome, at }) => [outcome, at])).toEqual([
    ['failed', 0],
    ['stored', 1],
    ['failed', 0],
    ['superseded', 9],
  ]);
  expect(batches).toEqual([good]);
});

it('a batch of invalid bodies does not reach the cache', async () => {
  const { recorder, batches } = setUp();
  expect((await recorder.recordBatch([cutShort(positionOf(ANN, 1))])).map(({ outcome }) => outcome)).toEqual([
    'failed',
  ]);
  expect(batches).toEqual([]);
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

it('[L2] announces the lifetime of a position that has one', async () => {
  const { recorder, announced } = setUp({ [ANN]: { isAnnounced: false }, [BEN]: { isAnnounced: false } });
  const body = encodePositionBody({ lat: 1, lng: 2 }, undefined, 900);
  await recorder.recordBatch([positionOf(ANN, 1), { user: BEN, at: 1, body }]);
  expect(announced.map(({ user, lifetimeMs }) => [user, lifetimeMs])).toEqual([
    [ANN, undefined],
    [BEN, 900_000],
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
