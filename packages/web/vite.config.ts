/** How the page is built: `vite build` writes it to dist/, `vite` serves it while it is worked on. */
import { defaultClientConditions, defineConfig } from 'vite';
import { firstLoadLimit } from './build/first-load-limit.ts';
import { mapTiles } from './build/map-tiles.ts';
import { precompress } from './build/precompress.ts';

/** A running system that the page talks to while it is worked on. */
const SYSTEM = process.env['NEARBY_URL'] ?? 'http://localhost:8080';

export default defineConfig({
  // As everywhere, our own packages are read as they are written: nothing has to be built before.
  resolve: { conditions: ['nearby-source', ...defaultClientConditions] },
  build: {
    target: 'es2022',
    // Everything is a file of its own: the page may load nothing else, not even data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // MapLibre is that large by itself, and loaded only once somebody has signed in.
    chunkSizeWarningLimit: 1_500,
  },
  worker: { format: 'es' },
  plugins: [mapTiles(), firstLoadLimit(), precompress()],
  server: {
    proxy: { '/api': SYSTEM, '/socket.io': { target: SYSTEM, ws: true } },
  },
});
