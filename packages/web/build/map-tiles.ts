/** Adds the map of Chicago to the build, so that the page has a map without internet access. */
import type { Plugin } from 'vite';
import { makeTiles } from './make-tiles.ts';

/** The URL of a tile, as in OFFLINE_TILES of src/map/offline-style.ts. */
const TILE_URL = /^\/map\/(\d+\/\d+\/\d+)\.mvt$/;

export function mapTiles(): Plugin {
  return {
    name: 'map-tiles',
    generateBundle() {
      for (const [name, source] of makeTiles()) this.emitFile({ type: 'asset', fileName: `map/${name}.mvt`, source });
    },
    configureServer({ middlewares }) {
      const tiles = makeTiles();
      middlewares.use((request, response, next) => {
        const tile = tiles.get(TILE_URL.exec(request.url ?? '')?.[1] ?? '');
        if (tile === undefined) next();
        else response.setHeader('content-type', 'application/vnd.mapbox-vector-tile').end(tile);
      });
    },
  };
}
