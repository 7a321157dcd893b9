/** Puts a gzipped copy beside every file that gains by it, so that nginx need not compress at each request. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

const GAINS = /\.(html|js|css|svg|json|webmanifest|mvt)$/;
/** Below that, a packet is a packet. */
const MIN_BYTES = 1_024;

export function precompress(): Plugin {
  let folder = '';
  return {
    name: 'precompress',
    apply: 'build',
    configResolved({ root, build }) {
      folder = path.resolve(root, build.outDir);
    },
    // After everything is written, what was copied from public/ too.
    async closeBundle() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      // config.json may be replaced by whoever runs the page, and an old copy of it would win.
      const files = entries.filter(({ name }) => GAINS.test(name) && name !== 'config.json');
      for (const { parentPath, name } of files) {
        const file = path.join(parentPath, name);
        const content = await readFile(file);
        if (content.length < MIN_BYTES) continue;
        await writeFile(`${file}.gz`, gzipSync(content, { level: constants.Z_BEST_COMPRESSION }));
      }
    },
  };
}
