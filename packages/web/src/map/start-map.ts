/** Makes the MapLibre map; everything of that library comes with this file, and this file comes only when it is needed. */
import 'maplibre-gl/dist/maplibre-gl.css';
import { AttributionControl, Map as LibreMap, setWorkerUrl } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import type { Theme } from '../look/theme.ts';
import type { Place } from '../nearby/glide.ts';
import type { PageConfig } from '../settings/page-config.ts';
import { offlineStyle } from './offline-style.ts';

export type { LibreMap };

setWorkerUrl(workerUrl);

const START_ZOOM = 12.2;
const MIN_ZOOM = 8;
const MAX_ZOOM = 18;

interface MapOptions {
  readonly container: HTMLElement;
  readonly config: PageConfig;
  readonly theme: Theme;
  readonly centre: Place;
  readonly title: string;
}

/** Throws where the browser has no WebGL. */
export function startMap({ container, config, theme, centre, title }: MapOptions): LibreMap {
  const map = new LibreMap({
    container,
    style: styleOf(config, theme),
    center: [centre.lng, centre.lat],
    zoom: START_ZOOM,
    minZoom: MIN_ZOOM,
    maxZoom: MAX_ZOOM,
    // North is up: a person finds their way, and arrow keys mean what they say.
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    attributionControl: false,
    // Arrow keys walk; the page moves the map itself.
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
