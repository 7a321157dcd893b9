/** Fails the build when the files of a first visit are too large. */
import { gzipSync } from 'node:zlib';
import type { Plugin, Rolldown } from 'vite';

/** The limit of all files except the map library, gzipped, bytes. */
const MAX_BYTES = 350 * 1024;

export function firstLoadLimit(): Plugin {
  return {
    name: 'first-load-limit',
    apply: 'build',
    generateBundle(_options, bundle) {
      const files = Object.values(bundle).filter(isCounted);
      const bytes = files.reduce((sum, file) => sum + gzipSync(contentOf(file)).length, 0);
      const text = `${Math.ceil(bytes / 1024)} KB gzipped without the map library`;
      if (bytes > MAX_BYTES) {
        const names = files.map(({ fileName }) => fileName).join(', ');
        this.error(`The page must be at most ${MAX_BYTES / 1024} KB, but it is ${text}. Its files: ${names}`);
      }
      this.info(`The page is ${text}.`);
    },
  };
}

/** The page's own scripts and styles, including lazy ones. Fonts and tiles do not count. */
function isCounted(file: Rolldown.OutputAsset | Rolldown.OutputChunk): boolean {
  if (file.type === 'asset') return /\.(css|html)$/.test(file.fileName);
  return !file.moduleIds.some((id) => id.includes('/node_modules/maplibre-gl/'));
}

function contentOf(file: Rolldown.OutputAsset | Rolldown.OutputChunk): string | Uint8Array {
  return file.type === 'asset' ? file.source : file.code;
}
