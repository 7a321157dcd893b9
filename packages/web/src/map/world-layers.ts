/** The world below the bundled map of Chicago: land, borders and names of countries (Natural Earth). */
import type { LayerSpecification, VectorSourceSpecification } from 'maplibre-gl';
import { pageBase } from '../settings/page-base.ts';
import type { MapColours } from './map-colours.ts';

export const WORLD_SOURCE = 'world';
const WORLD_TILES = 'map/world/{z}/{x}/{y}.mvt';
const from = { source: WORLD_SOURCE } as const;

export function worldSource(): VectorSourceSpecification {
  return { type: 'vector', tiles: [pageBase() + WORLD_TILES], minzoom: 0, maxzoom: 4, attribution: 'Natural Earth' };
}

export function worldLayers(colours: MapColours): LayerSpecification[] {
  return [
    { id: 'world-land', type: 'fill', ...from, 'source-layer': 'land', paint: { 'fill-color': colours.land } },
    {
      id: 'world-border',
      type: 'line',
      ...from,
      'source-layer': 'border',
      paint: { 'line-color': colours.rail, 'line-width': 1 },
    },
  ];
}

/** `font` is drawn by the browser, so that no glyphs are fetched. */
export function countryNames(colours: MapColours, font: string[]): LayerSpecification {
  return {
    id: 'country-name',
    type: 'symbol',
    ...from,
    'source-layer': 'country',
    maxzoom: 9,
    layout: {
      'text-field': ['get', 'name'],
      'text-font': font,
      'text-size': 13,
      'text-max-width': 8,
      // The largest countries first.
      'symbol-sort-key': ['-', 0, ['get', 'size']],
    },
    paint: { 'text-color': colours.label, 'text-halo-color': colours.halo, 'text-halo-width': 1.4 },
  };
}
