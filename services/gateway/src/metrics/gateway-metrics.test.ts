import { describe, expect, it } from '@jest/globals';
import { Metrics } from '@nearby-friends/service-kit';
import { settings } from '../settings.ts';
import { createGatewayMetrics } from './gateway-metrics.ts';

describe('the delivery latency', () => {
  it('has fine buckets around the flush interval: a quantile there is off by a quarter of it at most', async () => {
    const metrics = new Metrics();
    createGatewayMetrics(metrics);
    const text = await metrics.registry.getSingleMetricAsString('nearby_delivery_latency_seconds');
    const bounds = [...text.matchAll(/le="([\d.]+)"/g)].map(([, bound]) => Number(bound));
    const flushSeconds = Number(settings.flushIntervalMs.default) / 1000;
    for (const factor of [0.5, 0.8, 1, 1.2, 1.4]) {
      const above = bounds.find((bound) => bound >= flushSeconds * factor) ?? Number.POSITIVE_INFINITY;
      const below = bounds.findLast((bound) => bound < flushSeconds * factor) ?? 0;
      expect(above - below).toBeLessThanOrEqual(flushSeconds / 4);
    }
  });
});
