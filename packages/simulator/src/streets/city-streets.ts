/**
 * The streets of the simulated city: those of central Chicago, from the tiles that the npm package @mapbox/mvt-fixtures
 * brings. © OpenStreetMap contributors, under the Open Database License; read where they are installed, never copied.
 */
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { RemedyError } from '@nearby-friends/local-stack';
import { readRoads, type Tile } from './road-tiles.ts';
import { buildStreetGraph, type StreetGraph } from './street-graph.ts';
import { ZOOM } from './tile-grid.ts';

const MANIFEST = '@mapbox/mvt-fixtures/package.json';
const FOLDER = 'real-world/chicago';

/** Reads 30 tiles, a megabyte; about a second of work. Throws {@link RemedyError} when the package is not installed. */
export async function loadCityStreets(): Promise<StreetGraph> {
  const folder = path.join(path.dirname(findManifest()), FOLDER);
  const names = (await readdir(folder)).filter((name) => name.startsWith(`${ZOOM}-`)).sort();
  const tiles = await Promise.all(names.map((name) => readTile(folder, name)));
  return buildStreetGraph(tiles.flatMap(readRoads));
}

async function readTile(folder: string, name: string): Promise<Tile> {
  const [, x, y] = path.basename(name, '.mvt').split('-').map(Number);
  if (x === undefined || y === undefined) throw new Error(`${name} does not name its tile`);
  return { place: { x, y }, bytes: await readFile(path.join(folder, name)) };
}

function findManifest(): string {
  try {
    return createRequire(import.meta.url).resolve(MANIFEST);
  } catch (cause) {
    throw new RemedyError('The map of the city (@mapbox/mvt-fixtures) is not installed.', 'Run `npm run build`.', {
      cause,
    });
  }
}
