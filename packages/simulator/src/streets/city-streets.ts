/** The streets of the simulated city, ready to walk on. */
import { readChicagoTiles } from './chicago-tiles.ts';
import { readRoads } from './road-tiles.ts';
import { buildStreetGraph, type StreetGraph } from './street-graph.ts';

/** Reads a megabyte of tiles; about a second of work. */
export async function loadCityStreets(): Promise<StreetGraph> {
  return buildStreetGraph((await readChicagoTiles()).flatMap(readRoads));
}
