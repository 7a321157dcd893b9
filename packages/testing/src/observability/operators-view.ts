/** What operators are given, as files: the documented metrics and alerts, the rules, the dashboards. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
export const OBSERVABILITY = path.join(ROOT, 'infra/observability');
const SERVICES = ['gateway', 'location', 'friend-graph'];

export interface DocumentedMetric {
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  readonly services: readonly string[];
}

export interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}

export interface Dashboard {
  readonly file: string;
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
}

async function readOperations(): Promise<string> {
  return readFile(path.join(ROOT, 'docs/operations.md'), 'utf8');
}

/** The table of metrics in docs/operations.md. */
export async function documentedMetrics(): Promise<DocumentedMetric[]> {
  const [, table = ''] = /<!-- metrics -->\n([\s\S]*?)<!-- end: metrics -->/.exec(await readOperations()) ?? [];
  return [...table.matchAll(/^\| `(\w+)` \| (\w+) \| (\w*) \| ([^|]*) \|/gm)].map(
    ([, name = '', type = '', unit = '', of = '']) => ({
      ...{ name, type, unit },
      services: of === 'all' ? SERVICES : of.split(', '),
    }),
  );
}

/** Every name under which the documented metrics can be queried. */
export async function askableNames(): Promise<Set<string>> {
  const metrics = await documentedMetrics();
  const suffixes = (type: string) => (type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']);
  return new Set(metrics.flatMap(({ name, type }) => suffixes(type).map((suffix) => name + suffix)));
}

/** The alerts that docs/operations.md says something about. */
export async function documentedAlerts(): Promise<string[]> {
  const [, table = ''] = /\n## Alerts\n([\s\S]*?)\n## /.exec(await readOperations()) ?? [];
  return [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name = '']) => name);
}

export interface Alert {
  readonly name: string;
  readonly expr: string;
}

/** Each rule has its `alert` and its `expr` on a line of its own, one after the other. */
export async function alerts(): Promise<Alert[]> {
  const text = await readFile(path.join(OBSERVABILITY, 'alerts.yml'), 'utf8');
  return [...text.matchAll(/^ +- alert: (\w+)\n +expr: (.+)$/gm)].map(([, name = '', expr = '']) => ({ name, expr }));
}

/** The alerts that the tests of the rules make fire, at least once each. */
export async function testedAlerts(): Promise<string[]> {
  const text = await readFile(path.join(OBSERVABILITY, 'alerts.test.yml'), 'utf8');
  return [...text.matchAll(/alertname: (\w+)\n +exp_alerts:\n/g)].map(([, name = '']) => name);
}

export async function dashboards(): Promise<Dashboard[]> {
  const folder = path.join(OBSERVABILITY, 'grafana/dashboards');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  return Promise.all(
    files.map(async (file) => ({
      ...(JSON.parse(await readFile(path.join(folder, file), 'utf8')) as Dashboard),
      file,
    })),
  );
}
