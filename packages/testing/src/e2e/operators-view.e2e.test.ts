/** [O1] What operators see of a running system: the documented metrics, and dashboards and alerts that show something. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ServiceHandle } from '@nearby-friends/local-stack';
import { dashboards, documentedMetrics } from '../observability/operators-view.ts';
import { type PrometheusOfTest, prometheusBinaries, startPrometheus } from '../observability/prometheus-of-test.ts';
import { eventually } from '../plain/eventually.ts';
import { FERRY_BUILDING, north } from '../plain/places.ts';
import { ApiClient } from '../stack/api-client.ts';
import { useDeployment } from '../stack/use-deployment.ts';

const binaries = await prometheusBinaries();
const deployment = useDeployment();
const jobOf = ({ name }: ServiceHandle) => name.replace(/-\d+$/, '');

function everyService(): ServiceHandle[] {
  const { gateways, locations, friendGraphs } = deployment.stack;
  return [...gateways, ...locations, ...friendGraphs];
}

describe('/metrics', () => {
  it('of every replica has what docs/operations.md says, and nothing else', async () => {
    const documented = await documentedMetrics();
    for (const service of everyService()) {
      const text = await (await fetch(`http://127.0.0.1:${service.opsPort}/metrics`)).text();
      const found = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, type]) => `${name} ${type}`);
      const said = documented.filter(({ services }) => services.includes(jobOf(service)));
      expect([service.name, found.toSorted()]).toEqual([
        service.name,
        said.map(({ name, type }) => `${name} ${type}`).toSorted(),
      ]);
    }
  });
});

/** Panels that have something to show only when something went wrong. */
const QUIET_PANELS = [
  'Refused and closed',
  'Refused',
  'Failed and repeated',
  'Questions failed and repeated',
  'Failed operations',
];

(binaries ? describe : describe.skip)('Prometheus', () => {
  let prometheus: PrometheusOfTest;
  beforeAll(async () => {
    if (!binaries) return;
    prometheus = await startPrometheus(
      binaries,
      everyService().map((service) => ({ job: jobOf(service), address: `127.0.0.1:${service.opsPort}` })),
    );
  }, 60_000);
  afterAll(() => prometheus?.stop());

  it('collects from every replica, evaluates every rule, and no alert fires', async () => {
    await eventually(async () => {
      const { activeTargets } = await prometheus.query<{
        activeTargets: { labels: { job: string }; health: string; lastError: string }[];
      }>('targets');
      expect(activeTargets.map(({ labels, health, lastError }) => [labels.job, health, lastError]).toSorted()).toEqual(
        ['friend-graph', 'friend-graph', 'gateway', 'gateway', 'location', 'location'].map((job) => [job, 'up', '']),
      );
      const { groups } = await prometheus.query<{
        groups: { rules: { name: string; health: string; state: string; lastError?: string }[] }[];
      }>('rules');
      const rules = groups.flatMap((group) => group.rules);
      expect(rules.length).toBeGreaterThan(20);
      for (const { name, health, lastError } of rules)
        expect([name, health, lastError]).toEqual([name, 'ok', undefined]);
      expect(rules.filter(({ state }) => state === 'firing').map(({ name }) => name)).toEqual([]);
    }, 30_000);
  }, 60_000);

  it('has something for every panel of every dashboard while people move', async () => {
    await deployment.befriend(['seen-ann', 'seen-bob']);
    const ann = await deployment.signIn('seen-ann', { gateway: 0 });
    const bob = await deployment.signIn('seen-bob', { gateway: 1 });
    const api = new ApiClient(deployment);
    let step = 0;
    const move = async () => {
      step++;
      await Promise.all([ann.report(north(FERRY_BUILDING, step)), bob.report(north(FERRY_BUILDING, 50 + step))]);
      await api.request('seen-ann', 'PUT', '/me/sharing', { paused: step % 2 === 1 });
    };
    const panels = (await dashboards()).flatMap((dashboard) =>
      dashboard.panels.map((panel) => ({ ...panel, of: dashboard.file })),
    );
    await eventually(async () => {
      await move();
      const empty: string[] = [];
      for (const { of, title, targets = [] } of panels) {
        const series = await Promise.all(targets.map(({ expr }) => prometheus.seriesOf(withoutVariables(expr))));
        const isQuiet = QUIET_PANELS.includes(title);
        if (targets.length > 0 && !isQuiet && series.every((count) => count === 0)) empty.push(`${of}: ${title}`);
      }
      expect(empty).toEqual([]);
    }, 60_000);
  }, 90_000);
});

/** As Grafana would, for all replicas. */
function withoutVariables(expression: string): string {
  return expression.replaceAll('$__rate_interval', '20s').replaceAll('$instance', '.*');
}
