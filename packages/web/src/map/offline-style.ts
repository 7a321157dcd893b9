/** The MapLibre style of the bundled map: Chicago (OpenStreetMap data) on a map of the world. */
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';
import { pageBase } from '../settings/page-base.ts';
import type { Theme } from '../ui/theme.ts';
import { DETAIL_BOUNDS, DETAIL_ZOOM } from './is-beyond-detail.ts';
import { MAP_COLOURS, type MapColours } from './map-colours.ts';
import { countryNames, WORLD_SOURCE, worldLayers, worldSource } from './world-layers.ts';

const OSM_ATTRIBUTION =
  '<a href="https://www.openstreetmap.org/copyright" target="_blank" rel="noopener">© OpenStreetMap contributors</a>';

const OFFLINE_TILES = 'map/{z}/{x}/{y}.mvt';
const SOURCE = 'chicago';
/** The page's own font with system fonts as fallback, so that no glyphs are fetched. */
const FONT = ['Inter Variable', 'sans-serif'];

export function offlineStyle(theme: Theme): StyleSpecification {
  const colours = MAP_COLOURS[theme];
  const [west, south, east, north] = DETAIL_BOUNDS;
  const corners = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
  return {
    version: 8,
    sources: {
      [WORLD_SOURCE]: worldSource(),
      [SOURCE]: {
        type: 'vector',
        tiles: [pageBase() + OFFLINE_TILES],
        bounds: [...DETAIL_BOUNDS],
        minzoom: DETAIL_ZOOM,
        maxzoom: 13,
        attribution: OSM_ATTRIBUTION,
      },
      covered: {
        type: 'geojson',
        data: { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [corners] } },
      },
    },
    layers: [
      { id: 'beyond', type: 'background', paint: { 'background-color': colours.beyond } },
      ...worldLayers(colours),
      { id: 'land', type: 'fill', source: 'covered', minzoom: DETAIL_ZOOM, paint: { 'fill-color': colours.land } },
      ...areas(colours),
      ...roads(colours),
      ...labels(colours),
      countryNames(colours, FONT),
    ],
  };
}

const from = { source: SOURCE } as const;
const classIs = (...classes: string[]): ExpressionSpecification => ['match', ['get', 'class'], classes, true, false];
/** Line width in pixels at the given zooms, interpolated exponentially between them. */
const width = (...stops: number[]): ExpressionSpecification =>
  ['interpolate', ['exponential', 1.6], ['zoom'], ...stops] as ExpressionSpecification;

function areas(colours: MapColours): LayerSpecification[] {
  const landuse: ExpressionSpecification = [
    'match',
    ['get', 'class'],
    ['park', 'grass', 'pitch', 'cemetery', 'agriculture'],
    colours.park,
    ['wood', 'scrub'],
    colours.wood,
    'sand',
    colours.sand,
    ['school', 'hospital'],
    colours.campus,
    'rgba(0,0,0,0)',
  ];
  return [
    { id: 'landuse', type: 'fill', ...from, 'source-layer': 'landuse', paint: { 'fill-color': landuse } },
    { id: 'water', type: 'fill', ...from, 'source-layer': 'water', paint: { 'fill-color': colours.water } },
    {
      id: 'waterway',
      type: 'line',
      ...from,
      'source-layer': 'waterway',
      paint: { 'line-color': colours.water, 'line-width': width(11, 1, 16, 8) },
    },
    {
      id: 'runway',
      type: 'line',
      ...from,
      'source-layer': 'aeroway',
      filter: ['==', ['geometry-type'], 'LineString'],
      paint: {
        'line-color': colours.runway,
        'line-width': [
          'interpolate',
          ['exponential', 2],
          ['zoom'],
          11,
          ['match', ['get', 'type'], 'runway', 3, 0.5],
          16,
          ['match', ['get', 'type'], 'runway', 60, 12],
        ],
      },
    },
    {
      id: 'building',
      type: 'fill',
      ...from,
      'source-layer': 'building',
      minzoom: 13,
      paint: { 'fill-color': colours.building },
    },
  ];
}

function roads(colours: MapColours): LayerSpecification[] {
  const line = (
    id: string,
    classes: readonly string[],
    color: string,
    lineWidth: ExpressionSpecification,
    minzoom = 0,
  ): LayerSpecification => ({
    id,
    type: 'line',
    ...from,
    'source-layer': 'road',
    minzoom,
    filter: classIs(...classes),
    layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: { 'line-color': color, 'line-width': lineWidth },
  });
  const street = ['street', 'street_limited', 'service', 'link', 'pedestrian', 'track'];
  const middle = ['tertiary', 'secondary'];
  const main = ['primary', 'trunk'];
  const fast = ['motorway', 'motorway_link'];
  return [
    line('rail', ['major_rail'], colours.rail, width(11, 0.6, 16, 2.4)),
    line('street-casing', street, colours.roadCasing, width(13, 1.6, 17, 13), 13),
    line('middle-casing', middle, colours.roadCasing, width(11, 1.6, 13, 3.4, 17, 19)),
    line('main-casing', main, colours.roadCasing, width(9, 1, 13, 5, 17, 25)),
    line('street', street, colours.street, width(12, 0.5, 13, 1, 17, 11), 12),
    line('middle', middle, colours.road, width(10, 0.5, 13, 2.2, 17, 16)),
    line('main', main, colours.road, width(9, 0.7, 13, 3.6, 17, 22)),
    line('fast-casing', fast, colours.motorwayCasing, width(9, 1.6, 13, 5.4, 17, 27)),
    line('fast', fast, colours.motorway, width(9, 1, 13, 3.8, 17, 23)),
  ];
}

function labels(colours: MapColours): LayerSpecification[] {
  const paint = (color: string) => ({ 'text-color': color, 'text-halo-color': colours.halo, 'text-halo-width': 1.4 });
  const name: ExpressionSpecification = ['get', 'name'];
  return [
    {
      id: 'road-name',
      type: 'symbol',
      ...from,
      'source-layer': 'road_label',
      minzoom: 14,
      layout: {
        'text-field': name,
        'text-font': FONT,
        'text-size': 11,
        'symbol-placement': 'line',
        'symbol-spacing': 320,
      },
      paint: paint(colours.minorLabel),
    },
    {
      id: 'station-name',
      type: 'symbol',
      ...from,
      'source-layer': 'rail_station_label',
      minzoom: 14.5,
      layout: { 'text-field': name, 'text-font': FONT, 'text-size': 11 },
      paint: paint(colours.waterLabel),
    },
    {
      id: 'sight-name',
      type: 'symbol',
      ...from,
      'source-layer': 'poi_label',
      minzoom: 14,
      filter: ['<=', ['coalesce', ['get', 'scalerank'], 9], 3],
      layout: { 'text-field': name, 'text-font': FONT, 'text-size': 11, 'text-max-width': 8 },
      paint: paint(colours.minorLabel),
    },
    {
      id: 'quarter-name',
      type: 'symbol',
      ...from,
      'source-layer': 'place_label',
      minzoom: 12,
      filter: ['match', ['get', 'type'], ['city', 'town', 'village'], false, true],
      layout: {
        'text-field': name,
        'text-font': FONT,
        'text-size': ['interpolate', ['linear'], ['zoom'], 12, 10.5, 15, 13],
        'text-letter-spacing': 0.04,
        'text-max-width': 7,
        'text-padding': 14,
        'symbol-sort-key': ['coalesce', ['get', 'localrank'], 9],
      },
      paint: paint(colours.minorLabel),
    },
    {
      id: 'town-name',
      type: 'symbol',
      ...from,
      'source-layer': 'place_label',
      filter: ['match', ['get', 'type'], ['city', 'town', 'village'], true, false],
      layout: {
        'text-field': name,
        'text-font': FONT,
        'text-size': ['match', ['get', 'type'], 'city', 17, 13],
        'text-max-width': 8,
      },
      paint: paint(colours.label),
    },
  ];
}
