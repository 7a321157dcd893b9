/** Stores the fingerprint of a step's inputs, so that the step is skipped while they have not changed. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Runs `work` unless it succeeded before for the same fingerprint and its products still exist.
 *
 * @param {{
 *   folder: string,
 *   name: string,
 *   fingerprint: string,
 *   products: readonly string[],
 *   work: () => Promise<void>,
 * }} step `folder` is where the stamp is kept, `products` are paths that must exist afterwards.
 * @returns {Promise<boolean>} whether it ran
 */
export async function runUnlessUnchanged({ folder, name, fingerprint, products, work }) {
  const stamp = path.join(folder, `${name}.stamp`);
  if (products.every((product) => existsSync(product)) && (await readStamp(stamp)) === fingerprint) return false;
  // Removed first: when the work fails half-way, its output matches no fingerprint.
  await rm(stamp, { force: true });
  await work();
  await mkdir(folder, { recursive: true });
  await writeFile(stamp, fingerprint);
  return true;
}

/**
 * A fingerprint of the content of a few small files; a missing file has its own value.
 *
 * @param {readonly string[]} files
 * @param {readonly string[]} [facts] further things that must stay the same, for example the version of Node
 */
export async function fingerprintContents(files, facts = []) {
  const hash = createHash('sha256').update(JSON.stringify(facts));
  for (const file of [...files].sort()) {
    hash.update(`\0${file}\0`);
    hash.update(existsSync(file) ? await readFile(file) : 'none');
  }
  return hash.digest('hex');
}

/**
 * A fingerprint of many files by path, size and modification time, which is quick enough for every start.
 *
 * @param {readonly string[]} files
 */
export async function fingerprintTimes(files) {
  const lines = await Promise.all(
    [...files].sort().map(async (file) => {
      const { mtimeMs, size } = await stat(file);
      return `${file} ${mtimeMs} ${size}`;
    }),
  );
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

/**
 * All files below a folder whose path the filter accepts; none when there is no such folder.
 *
 * @param {string} folder
 * @param {(file: string) => boolean} accept
 */
export async function listFiles(folder, accept) {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter(accept);
}

/** @param {string} file */
async function readStamp(file) {
  return existsSync(file) ? await readFile(file, 'utf8') : undefined;
}
