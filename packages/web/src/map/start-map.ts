/** Creates the MapLibre map. The only file that imports MapLibre code, so that the library is loaded lazily. */
import 'maplibre-gl/dist/maplibre-gl.css';
import { AttributionControl, Map as LibreMap, setWorkerUrl } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import type { Place } from '../geometry/place.ts';
import type { PageConfig } from '../settings/page-config.ts';
import type { Theme } from '../ui/theme.ts';
import { offlineStyle } from './offline-style.ts';

export type { LibreMap };

setWorkerUrl(workerUrl);

const START_ZOOM = 12.2;
/** The whole world. */
const MIN_ZOOM = 1;
const MAX_ZOOM = 18;

interface MapOptions {
  readonly container: HTMLElement;
  readonly config: PageConfig;
  readonly theme: Theme;
  readonly centre: Place;
  readonly title: string;
}

/** Throws if the browser has no WebGL. */
export function startMap({ container, config, theme, centre, title }: MapOptions): LibreMap {
  const map = new LibreMap({
    container,
    style: styleOf(config, theme),
    center: [centre.lng, centre.lat],
    zoom: START_ZOOM,
    minZoom: MIN_ZOOM,
    maxZoom: MAX_ZOOM,
    // North stays up, so that the arrow keys match the directions on the map.
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    attributionControl: false,
    // The page handles the arrow keys itself: they walk.
    keyboard: false,
    locale: { 'Map.Title': title },
  });
  map.touchZoomRotate.disableRotation();
  const customAttribution = config.attribution === null ? {} : { customAttribution: config.attribution };
  map.addControl(new AttributionControl({ compact: false, ...customAttribution }), 'bottom-right');
  return map;
}

export function styleOf({ styleUrl, darkStyleUrl }: PageConfig, theme: Theme) {
  const url = theme === 'dark' ? (darkStyleUrl ?? styleUrl) : styleUrl;
  return url ?? offlineStyle(theme);
}
