/** Holds the tables of settings in docs/operations.md to what the services say: `node infra/checks/settings-doc.mjs [--write]`. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(fileURLToPath(new URL('../..', import.meta.url)));
const file = path.join(root, 'docs/operations.md');
const SERVICES = ['gateway', 'location', 'friend-graph'];

const text = readFileSync(file, 'utf8');
const current = SERVICES.reduce((doc, service) => replaceTable(doc, service, tableOf(service)), text);
if (process.argv.includes('--write')) writeFileSync(file, current);
else if (current !== text) {
  process.stdout.write(
    'docs/operations.md does not tell the settings as they are. Run: node infra/checks/settings-doc.mjs --write\n',
  );
  process.exitCode = 1;
} else process.stdout.write(`The settings of ${SERVICES.length} services are documented as they are.\n`);

/**
 * The settings of a service as a Markdown table, from its own --help.
 * @param {string} service
 */
function tableOf(service) {
  const help = execFileSync(process.execPath, [path.join(root, `services/${service}/dist/main.js`), '--help'], {
    encoding: 'utf8',
  });
  const rows = [...help.matchAll(/^ {2}(\S.*?)(?: \(([^)]*)\))?, (required|has a default|default .*)\n {6}(.*)$/gm)];
  const lines = rows.map(([, names, unit, fallback, description]) => {
    const value = fallback.startsWith('default ') ? `\`${fallback.slice('default '.length)}\`` : fallback;
    const shown = value === '`empty`' ? 'empty' : value;
    return `| ${names.replaceAll(/[A-Z_]{2,}/g, '`$&`')} | ${unit ?? ''} | ${shown} | ${description} |`;
  });
  if (lines.length === 0) throw new Error(`${service} --help shows no settings`);
  return ['| variable | unit | default | what |', '|---|---|---|---|', ...lines].join('\n');
}

/**
 * @param {string} doc
 * @param {string} service
 * @param {string} table
 */
function replaceTable(doc, service, table) {
  const [open, close] = [`<!-- settings: ${service} -->`, `<!-- end: ${service} -->`];
  const from = doc.indexOf(open);
  const to = doc.indexOf(close);
  if (from < 0 || to < from) throw new Error(`docs/operations.md has no place for the settings of ${service}`);
  return `${doc.slice(0, from + open.length)}\n${table}\n${doc.slice(to)}`;
}
