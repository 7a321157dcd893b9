/** Adds the maps of the world and of Chicago to the build, so that the page has a map without internet access. */
import type { Plugin } from 'vite';
import { makeTiles } from './make-tiles.ts';
import { makeWorld } from './make-world.ts';

/** The URL of a tile, as in src/map/offline-style.ts and world-layers.ts. */
const TILE_URL = /^\/map\/((?:world\/)?\d+\/\d+\/\d+)\.mvt$/;

export function mapTiles(): Plugin {
  return {
    name: 'map-tiles',
    generateBundle() {
      for (const [name, source] of [...makeTiles(), ...makeWorld()])
        this.emitFile({ type: 'asset', fileName: `map/${name}.mvt`, source });
    },
    configureServer({ middlewares }) {
      const tiles = new Map([...makeTiles(), ...makeWorld()]);
      middlewares.use((request, response, next) => {
        const tile = tiles.get(TILE_URL.exec(request.url ?? '')?.[1] ?? '');
        if (tile === undefined) next();
        else response.setHeader('content-type', 'application/vnd.mapbox-vector-tile').end(tile);
      });
    },
  };
}
