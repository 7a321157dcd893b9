/** Checks or rewrites the generated sections of docs/operations.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(fileURLToPath(new URL('../..', import.meta.url)));
const file = path.join(root, 'docs/operations.md');

/**
 * Compares the sections with `tables`, or writes them with `--write` on the command line.
 * @param {object} options
 * @param {Readonly<Record<string, string>>} options.tables by the name in the section's opening comment
 * @param {string} options.what the sections describe, for the message
 * @param {string} options.program the command that writes them with --write
 */
export function checkSections({ tables, what, program }) {
  const text = readFileSync(file, 'utf8');
  const current = Object.entries(tables).reduce((doc, [name, table]) => replaceSection(doc, name, table), text);
  if (process.argv.includes('--write')) writeFileSync(file, current);
  else if (current !== text) {
    process.stdout.write(`docs/operations.md is out of date about ${what}. Run: node ${program} --write\n`);
    process.exitCode = 1;
  } else process.stdout.write(`docs/operations.md is up to date about ${what}.\n`);
}

/**
 * @param {string} doc
 * @param {string} name
 * @param {string} table
 */
function replaceSection(doc, name, table) {
  const open = `<!-- ${name} -->`;
  const close = `<!-- end: ${name.replace('settings: ', '')} -->`;
  const from = doc.indexOf(open);
  const to = doc.indexOf(close, from);
  if (from < 0 || to < from) throw new Error(`docs/operations.md has no section "${name}"`);
  return `${doc.slice(0, from + open.length)}\n${table}\n${doc.slice(to)}`;
}
