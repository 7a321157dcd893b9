/** Joins the map and what lies over it with what can be done on it: choosing friends, walking, dragging. */

import { distanceMeters } from '@nearby-friends/geo';
import { effect } from '@preact/signals';
import type { MapMouseEvent } from 'maplibre-gl';
import { prefersCalm } from '../look/prefers-calm.ts';
import { type Theme, theme } from '../look/theme.ts';
import { placeAt } from '../me/place-at.ts';
import type { Place } from '../nearby/glide.ts';
import type { PageConfig } from '../settings/page-config.ts';
import { onDrag } from './drag.ts';
import { MapOverlay, type OverlayOptions } from './map-overlay.ts';

export interface OpenMap {
  setTheme(shown: Theme): void;
  zoom(by: number): void;
  /** By a step of the arrow keys, into that direction. */
  pan(bearing: number): void;
  /** Brings a place into the part of the map that nothing covers, unless it is there already. */
  keepInSight(place: Place): void;
  /** So that the whole radius is seen. */
  showRadius(): void;
  close(): void;
}

interface OpenMapOptions extends Omit<OverlayOptions, 'map'> {
  readonly library: Pick<typeof import('./start-map.ts'), 'startMap' | 'styleOf'>;
  readonly config: PageConfig;
  readonly frame: HTMLElement;
  readonly container: HTMLElement;
  readonly title: string;
  /** Told when the person has walked. */
  readonly onWalk: () => void;
}

const PAN_PIXELS = 120;
/** Between what is to be seen and the edge of the free part; at the right there are buttons; pixels. */
const MARGIN = 40;
const RIGHT_MARGIN = 88;

export function openMap(options: OpenMapOptions): OpenMap {
  const { library, config, frame, container, title, me, nearby, radius, onWalk } = options;
  let shown = theme.value;
  const centre = me.place.value ?? config.startAt;
  const map = library.startMap({ container, config, theme: shown, centre, title });
  const overlay = new MapOverlay({ ...options, map });
  overlay.start();

  const placeUnder = ({ x, y }: { readonly x: number; readonly y: number }): Place => {
    const box = frame.getBoundingClientRect();
    return map.unproject([x - box.left, y - box.top]);
  };
  const walkTo = (place: Place): void => {
    onWalk();
    me.walkTo(place);
  };
  const click = ({ point, lngLat }: MapMouseEvent): void => {
    const friend = overlay.friendAt(point);
    if (friend !== undefined) nearby.select(nearby.selectedId.value === friend ? null : friend);
    else if (nearby.selectedId.value !== null) nearby.select(null);
    else if (me.source.value === 'walking') walkTo(lngLat);
  };
  const hover = ({ point }: MapMouseEvent): void => {
    const isOnFriend = overlay.friendAt(point) !== undefined;
    map.getCanvas().style.cursor = isOnFriend ? 'pointer' : me.source.value === 'walking' ? 'crosshair' : '';
  };
  map.on('click', click);
  map.on('mousemove', hover);
  const ends = [
    onDrag(options.meButton, (point) => {
      if (me.source.value === 'walking') walkTo(placeUnder(point));
    }),
    onDrag(options.radiusHandle, (point) => {
      const [mine, place] = [overlay.myPlace(), placeUnder(point)];
      if (mine) radius.change(distanceMeters(mine.lat, mine.lng, place.lat, place.lng));
    }),
    nearby.selectedId.subscribe((id) => {
      const friend = nearby.list.value.find((one) => one.id === id);
      if (friend) opened.keepInSight(friend);
    }),
    whenFirst(
      () => me.place.value !== null && radius.isKnown.value,
      () => opened.showRadius(),
    ),
  ];

  const opened: OpenMap = {
    setTheme(next) {
      if (next === shown) return;
      shown = next;
      map.setStyle(library.styleOf(config, next));
    },
    zoom: (by) => void map.zoomTo(map.getZoom() + by, moving()),
    pan(bearing) {
      const angle = (bearing / 180) * Math.PI;
      map.panBy([Math.sin(angle) * PAN_PIXELS, -Math.cos(angle) * PAN_PIXELS], moving());
    },
    keepInSight(place) {
      const free = freePart(frame);
      const { x, y } = map.project(place);
      const { clientWidth, clientHeight } = frame;
      const isSeen = x > free.left && x < clientWidth - free.right && y > free.top && y < clientHeight - free.bottom;
      if (!isSeen) map.easeTo({ center: [place.lng, place.lat], padding: free, ...moving() });
    },
    showRadius() {
      const place = me.place.value;
      if (place === null) return;
      const meters = radius.meters.value;
      const [north, east, south, west] = [0, 90, 180, 270].map((bearing) => placeAt(place, bearing, meters));
      if (!north || !east || !south || !west) return;
      map.fitBounds([west.lng, south.lat, east.lng, north.lat], { padding: freePart(frame), ...moving() });
    },
    close() {
      for (const end of ends) end();
      overlay.stop();
      map.remove();
    },
  };
  return opened;
}

function moving(): { readonly duration: number } {
  return { duration: prefersCalm() ? 0 : 500 };
}

/** What of the map is covered by the panel, on each side, pixels; with a margin. */
function freePart(frame: HTMLElement): { left: number; right: number; top: number; bottom: number } {
  const box = frame.getBoundingClientRect();
  const panel = document.querySelector('.panel')?.getBoundingClientRect();
  const sides = { left: MARGIN, right: RIGHT_MARGIN, top: MARGIN, bottom: MARGIN };
  if (!panel) return sides;
  const isBelow = panel.width > box.width * 0.7;
  if (isBelow)
    return { ...sides, left: MARGIN / 2, bottom: Math.min(box.height * 0.6, box.bottom - panel.top) + MARGIN / 2 };
  return { ...sides, left: panel.right - box.left + MARGIN };
}

/** Calls `run` once, as soon as it is so. Returns the way to give that up. */
function whenFirst(isSo: () => boolean, run: () => void): () => void {
  let isDone = false;
  return effect(() => {
    if (isDone || !isSo()) return;
    isDone = true;
    // After whatever has changed has come to its end.
    queueMicrotask(run);
  });
}
