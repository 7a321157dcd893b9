/** Reads the workspace's own source files, without dependencies, build output and generated code. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * @typedef {object} SourceFile
 * @property {string} path from the root, with `/`
 * @property {string} member the workspace member it belongs to, such as `packages/bus`
 * @property {string} text
 */

const GROUPS = ['packages', 'services', 'infra'];
const SOURCE = /\.(ts|tsx|mts|js|mjs)$/;
const SKIPPED = new Set(['node_modules', 'dist', 'generated']);

/**
 * Whether a file is a test or supports only tests.
 * @param {string} file
 */
export function isTest(file) {
  return /\.(test|testing)\.[a-z]+$|\/(test-support|stand-ins)\//.test(file);
}

/**
 * @param {string} root the workspace's folder
 * @returns {Promise<SourceFile[]>} by path
 */
export async function readSourceFiles(root) {
  const files = [];
  for (const group of GROUPS) {
    for await (const file of filesBelow(path.join(root, group))) {
      const relative = path.relative(root, file).split(path.sep).join('/');
      const member = relative.split('/').slice(0, 2).join('/');
      if (SOURCE.test(relative)) files.push({ path: relative, member, text: await readFile(file, 'utf8') });
    }
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * @param {string} folder
 * @returns {AsyncGenerator<string>}
 */
async function* filesBelow(folder) {
  // A workspace may lack some groups.
  const entries = await readdir(folder, { withFileTypes: true }).catch((error) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  for (const entry of entries) {
    const full = path.join(folder, entry.name);
    if (entry.isFile()) yield full;
    else if (entry.isDirectory() && !SKIPPED.has(entry.name) && !entry.name.startsWith('.')) yield* filesBelow(full);
  }
}
