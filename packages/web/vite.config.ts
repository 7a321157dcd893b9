/** Build configuration: `vite build` writes to dist/, `vite` serves the page during development. */
import { defaultClientConditions, defineConfig } from 'vite';
import { firstLoadLimit } from './build/first-load-limit.ts';
import { mapTiles } from './build/map-tiles.ts';
import { precompress } from './build/precompress.ts';

/** The running system that the development server proxies to. */
const SYSTEM = process.env['NEARBY_URL'] ?? 'http://localhost:8080';

export default defineConfig({
  // Workspace packages are resolved to their sources, so nothing has to be built before.
  resolve: { conditions: ['nearby-source', ...defaultClientConditions] },
  // Relative references, so that the page works below any path.
  base: './',
  build: {
    target: 'es2022',
    // Inlines nothing, because the content security policy forbids data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // MapLibre alone is this large. It is loaded only after sign-in.
    chunkSizeWarningLimit: 1_500,
  },
  worker: { format: 'es' },
  plugins: [mapTiles(), firstLoadLimit(), precompress()],
  server: {
    proxy: { '/api': SYSTEM, '/socket.io': { target: SYSTEM, ws: true } },
  },
});
