/** Finds circles of imports among the files of a package; type imports count. */
import path from 'node:path';
import { findImports } from './find-imports.mjs';

/** @typedef {import('./source-files.mjs').SourceFile} SourceFile */

/**
 * Own code and not dependency-cruiser or madge: those parse TypeScript with its JavaScript API, which TypeScript 7 does
 * not have.
 * @param {readonly SourceFile[]} files
 * @returns {string[]} one line per circle, beginning with `file:line`
 */
export function findCircles(files) {
  const imports = new Map(files.map((file) => [file.path, importsOf(file)]));
  const violations = [];
  for (trim(imports); imports.size > 0; trim(imports)) {
    const circle = findCircle(imports);
    const [first = '', second = ''] = circle;
    const line = imports.get(first)?.get(second) ?? 1;
    const remedy = 'move what both need into a file of its own';
    violations.push(`${first}:${line}: a circle of imports, ${[...circle, first].join(' → ')}; ${remedy}`);
    for (const file of circle) imports.delete(file);
  }
  return violations;
}

/**
 * @param {SourceFile} file
 * @returns {Map<string, number>} the line of each import of an own file, by path
 */
function importsOf({ path: file, text }) {
  const relative = findImports(text).filter(({ specifier }) => specifier.startsWith('.'));
  const targets = relative.map(({ specifier, line }) => ({
    target: path.posix.join(path.posix.dirname(file), specifier),
    line,
  }));
  return new Map(targets.map(({ target, line }) => [target, line]));
}

/**
 * Removes every file that is in no circle and imports none.
 * @param {Map<string, Map<string, number>>} imports
 */
function trim(imports) {
  for (let before = -1; before !== imports.size; ) {
    before = imports.size;
    for (const [file, targets] of imports) {
      if (![...targets.keys()].some((target) => imports.has(target))) imports.delete(file);
    }
  }
}

/**
 * A circle; each file must import another one of the map.
 * @param {Map<string, Map<string, number>>} imports
 */
function findCircle(imports) {
  const way = [];
  let [file = ''] = imports.keys();
  while (!way.includes(file)) {
    way.push(file);
    file = [...(imports.get(file)?.keys() ?? [])].find((target) => imports.has(target)) ?? '';
  }
  return way.slice(way.indexOf(file));
}
