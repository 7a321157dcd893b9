/** Dashboards and rules use only metrics that exist. */
import { describe, expect, it } from '@jest/globals';
import {
  alerts,
  askableNames,
  dashboards,
  documentedAlerts,
  documentedMetrics,
  testedAlerts,
} from './operators-view.ts';
import { metricsIn } from './promql-names.ts';

/** Prometheus' own. */
const OF_PROMETHEUS = ['up', 'ALERTS'];

describe('metrics', () => {
  it('carry their unit in the name', async () => {
    const metrics = await documentedMetrics();
    expect(metrics.length).toBeGreaterThan(60);
    for (const { name, type, unit } of metrics) {
      // Node's own are as they are.
      if (/^(nodejs|process)_/.test(name)) continue;
      expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
      expect([name, /(latency|duration|age|lag|time|_ms|_milliseconds)$/.test(name)]).toEqual([name, false]);
      if (/seconds/.test(name)) expect([name, unit]).toEqual([name, 's']);
    }
  });
});

describe('dashboards', () => {
  it('use documented metrics only', async () => {
    const known = new Set([...(await askableNames()), ...OF_PROMETHEUS]);
    for (const { file, panels } of await dashboards()) {
      for (const { title, targets = [] } of panels) {
        const asked = targets.flatMap(({ expr }) => metricsIn(expr));
        expect([file, title, asked.filter((name) => !known.has(name))]).toEqual([file, title, []]);
      }
    }
  });

  it('have panels that show something, each in a place of its own', async () => {
    const all = await dashboards();
    expect(all.map(({ uid }) => uid).sort()).toEqual(['nearby-friends-drain', 'nearby-friends-overview']);
    for (const { file, panels } of all) {
      expect([file, new Set(panels.map(({ id }) => id)).size]).toEqual([file, panels.length]);
      const taken = new Set<string>();
      for (const { title, type, gridPos, targets = [] } of panels) {
        expect([title, targets.length > 0]).toEqual([title, type !== 'row']);
        expect([title, gridPos.x + gridPos.w <= 24]).toEqual([title, true]);
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
            expect([file, title, taken.has(`${x},${y}`)]).toEqual([file, title, false]);
            taken.add(`${x},${y}`);
          }
        }
      }
    }
  });
});

describe('alerts', () => {
  it('use documented metrics only', async () => {
    const known = new Set([...(await askableNames()), ...OF_PROMETHEUS]);
    for (const { name, expr } of await alerts()) {
      expect([name, metricsIn(expr).filter((metric) => !known.has(metric))]).toEqual([name, []]);
    }
  });

  it('each have a sentence in docs/operations.md on what to do, and a test that makes them fire', async () => {
    const names = (await alerts()).map(({ name }) => name);
    expect(names.length).toBeGreaterThan(20);
    expect(names.toSorted()).toEqual((await documentedAlerts()).toSorted());
    const tested = await testedAlerts();
    expect(names.filter((name) => !tested.includes(name))).toEqual([]);
  });
});
