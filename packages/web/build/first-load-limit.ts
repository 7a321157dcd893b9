/** Fails the build when what a first visit loads has grown too large. */
import { gzipSync } from 'node:zlib';
import type { Plugin, Rolldown } from 'vite';

/** What must arrive before anything is seen: everything but the map library, gzipped, bytes. */
const MAX_BYTES = 350 * 1024;

export function firstLoadLimit(): Plugin {
  return {
    name: 'first-load-limit',
    apply: 'build',
    generateBundle(_options, bundle) {
      const files = Object.values(bundle).filter(isOurs);
      const bytes = files.reduce((sum, file) => sum + gzipSync(contentOf(file)).length, 0);
      const text = `${Math.ceil(bytes / 1024)} KB gzipped without the map library`;
      if (bytes > MAX_BYTES) {
        const names = files.map(({ fileName }) => fileName).join(', ');
        this.error(`The page has grown to ${text}, more than ${MAX_BYTES / 1024} KB. It is made of: ${names}`);
      }
      this.info(`The page is ${text}.`);
    },
  };
}

/** Scripts and styles of ours, whether loaded at once or later. Fonts and tiles come when they are needed. */
function isOurs(file: Rolldown.OutputAsset | Rolldown.OutputChunk): boolean {
  if (file.type === 'asset') return /\.(css|html)$/.test(file.fileName);
  return !file.moduleIds.some((id) => id.includes('/node_modules/maplibre-gl/'));
}

function contentOf(file: Rolldown.OutputAsset | Rolldown.OutputChunk): string | Uint8Array {
  return file.type === 'asset' ? file.source : file.code;
}
