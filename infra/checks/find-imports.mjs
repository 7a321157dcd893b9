/** Finds the imports of a source file, in the form that the formatter gives all files. */

/**
 * Each pattern's only group is the specifier. The first two match only at the beginning of a line, without quotes between
 * the keyword and `from`, so other statements do not match.
 */
const IMPORTS = [
  /^(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm,
  /^import\s*['"]([^'"]+)['"]/gm,
  /\b(?:import|require)\(\s*['"`]([^'"`$]+)['"`]/g,
];

/**
 * @param {string} text
 * @returns {{ specifier: string, line: number }[]} in the order of the lines
 */
export function findImports(text) {
  const found = IMPORTS.flatMap((pattern) => [...text.matchAll(pattern)]);
  return found
    .map((match) => ({
      specifier: match[1] ?? '',
      line: lineOf(text, match.index + match[0].lastIndexOf(match[1] ?? '')),
    }))
    .sort((a, b) => a.line - b.line);
}

/**
 * @param {string} text
 * @param {number} index
 * @returns {number} from 1
 */
export function lineOf(text, index) {
  return text.slice(0, index).split('\n').length;
}
