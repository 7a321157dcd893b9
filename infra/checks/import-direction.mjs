/** Checks the rules of the code's layout, first of all the direction of imports: `npm run check:imports`. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkFolderOrder } from './folder-order.mjs';
import { findCircles } from './import-circles.mjs';
import { checkFile, checkLength } from './layout-rules.mjs';
import { readSourceFiles } from './source-files.mjs';

const root = path.resolve(process.argv[2] ?? fileURLToPath(new URL('../..', import.meta.url)));
const files = await readSourceFiles(root);
const warnings = files.flatMap((file) => checkLength(file).warnings);
const violations = [
  ...files.flatMap((file) => [...checkLength(file).violations, ...checkFile(file), ...checkFolderOrder(file)]),
  ...findCircles(files),
];

for (const line of warnings) process.stdout.write(`warning: ${line}\n`);
for (const line of violations) process.stdout.write(`${line}\n`);
process.stdout.write(
  violations.length === 0
    ? `${count(files, 'file')} follow the layout rules.\n`
    : `${count(violations, 'violation')} in ${count(files, 'file')}.\n`,
);
process.exitCode = violations.length === 0 ? 0 : 1;

/**
 * @param {readonly unknown[]} things
 * @param {string} noun
 */
function count(things, noun) {
  return `${things.length} ${noun}${things.length === 1 ? '' : 's'}`;
}
