/** Writes gzipped copies of compressible files, so that nginx does not compress at each request. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

const COMPRESSIBLE = /\.(html|js|css|svg|json|webmanifest|mvt)$/;
/** Smaller files fit into one packet anyway. */
const MIN_BYTES = 1_024;

export function precompress(): Plugin {
  let folder = '';
  return {
    name: 'precompress',
    apply: 'build',
    configResolved({ root, build }) {
      folder = path.resolve(root, build.outDir);
    },
    // Runs after all files are written, including those copied from public/.
    async closeBundle() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      // The operator may replace config.json, and nginx would serve an outdated compressed copy.
      const files = entries.filter(({ name }) => COMPRESSIBLE.test(name) && name !== 'config.json');
      for (const { parentPath, name } of files) {
        const file = path.join(parentPath, name);
        const content = await readFile(file);
        if (content.length < MIN_BYTES) continue;
        await writeFile(`${file}.gz`, gzipSync(content, { level: constants.Z_BEST_COMPRESSION }));
      }
    },
  };
}
