/** Checks the table of metrics in docs/operations.md against the services: `node infra/checks/metrics-doc.mjs [--write]`. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { checkSections, root } from './generated-section.mjs';

const SERVICES = ['gateway', 'location', 'friend-graph', 'ingest', 'alerts'];
/** Required settings; `--metrics` connects to none of these. */
const SETTINGS = {
  PORT: '0',
  OPS_PORT: '0',
  REDIS_URL: 'redis://127.0.0.1:1',
  DATABASE_URL: 'postgresql://user@127.0.0.1:1/none',
  JWT_SECRET: 'only-for-listing-the-names-of-metrics',
};
const UNITS = [
  [/_seconds(_total)?$/, 's'],
  [/_bytes(_total)?$/, 'bytes'],
];

checkSections({
  tables: { metrics: tableOf(readAll()) },
  what: 'the metrics',
  program: 'infra/checks/metrics-doc.mjs',
});

/**
 * @typedef {{ type: string, help: string, services: string[] }} Metric
 * @returns {Map<string, Metric>} by name, in the order of the services
 */
function readAll() {
  /** @type {Map<string, Metric>} */
  const metrics = new Map();
  for (const service of SERVICES) {
    const main = path.join(root, `services/${service}/dist/main.js`);
    const text = execFileSync(process.execPath, [main, '--metrics'], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], ...SETTINGS },
    });
    const rows = [...text.matchAll(/^ {2}(\w+), (\w+)\n {6}(.*)$/gm)];
    if (rows.length === 0) throw new Error(`${service} --metrics lists none`);
    for (const [, name = '', type = '', help = ''] of rows) {
      const known = metrics.get(name);
      if (known) known.services.push(service);
      else metrics.set(name, { type, help, services: [service] });
    }
  }
  return metrics;
}

/** @param {Map<string, Metric>} metrics */
function tableOf(metrics) {
  const rows = [...metrics].map(([name, metric]) => ({ name, ...metric }));
  const isOfNode = (/** @type {{ name: string }} */ { name }) => /^(process|nodejs)_/.test(name);
  // The services' own before Node's, those of one service together, those of all services last.
  const rank = (/** @type {typeof rows[number]} */ row) =>
    isOfNode(row) ? 4 : row.services.length > 1 ? 3 : SERVICES.indexOf(row.services[0] ?? '');
  rows.sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
  const lines = rows.map(({ name, type, help, services }) => {
    const of = services.length === SERVICES.length ? 'all' : services.join(', ');
    return `| \`${name}\` | ${type} | ${unitOf(name)} | ${of} | ${help.replaceAll('|', '\\|')} |`;
  });
  return ['| metric | type | unit | of | what |', '|---|---|---|---|---|', ...lines].join('\n');
}

/** @param {string} name */
function unitOf(name) {
  return UNITS.find(([pattern]) => pattern.test(name))?.[1] ?? '';
}
