/** Puts the map of Chicago into the build, so that the page has a map where there is no internet. */
import type { Plugin } from 'vite';
import { makeTiles } from './make-tiles.ts';

/** The address of a tile: {@link OFFLINE_TILES} of src/map/offline-style.ts. */
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
