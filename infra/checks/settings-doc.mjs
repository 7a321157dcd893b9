/** Checks the tables of settings in docs/operations.md against the services: `node infra/checks/settings-doc.mjs [--write]`. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { checkSections, root } from './generated-section.mjs';

const SERVICES = ['gateway', 'location', 'friend-graph', 'ingest', 'alerts'];

checkSections({
  tables: Object.fromEntries(SERVICES.map((service) => [`settings: ${service}`, tableOf(service)])),
  what: `the settings of ${SERVICES.length} services`,
  program: 'infra/checks/settings-doc.mjs',
});

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
  if (lines.length === 0) throw new Error(`${service} --help lists no settings`);
  return ['| variable | unit | default | what |', '|---|---|---|---|', ...lines].join('\n');
}
