/** Connects the map and its overlay with user input: selecting friends, walking and dragging. */

import { distanceMeters } from '@nearby-friends/geo';
import { effect, type Signal } from '@preact/signals';
import type { MapMouseEvent } from 'maplibre-gl';
import { drawnAt, normalizedPlace } from '../geometry/nearest-copy.ts';
import type { Place } from '../geometry/place.ts';
import { placeAt } from '../geometry/place-at.ts';
import type { PageConfig } from '../settings/page-config.ts';
import { onDrag } from '../ui/on-drag.ts';
import { onPress } from '../ui/on-press.ts';
import { prefersReducedMotion } from '../ui/prefers-reduced-motion.ts';
import { type Theme, theme } from '../ui/theme.ts';
import { isBeyondDetail } from './is-beyond-detail.ts';
import { MapOverlay, type OverlayOptions } from './map-overlay.ts';
import { zoomApart } from './zoom-apart.ts';

export interface OpenMap {
  setTheme(shown: Theme): void;
  zoom(by: number): void;
  /** Moves the map by one arrow-key step in the direction of `bearing`. */
  pan(bearing: number): void;
  /** Moves the map so that the place is not covered by the panel. */
  keepVisible(place: Place): void;
  /** Zooms so that the whole radius is visible. */
  showRadius(): void;
  close(): void;
}

interface OpenMapOptions extends Omit<OverlayOptions, 'map'> {
  readonly library: Pick<typeof import('./start-map.ts'), 'startMap' | 'styleOf'>;
  readonly config: PageConfig;
  readonly frame: HTMLElement;
  readonly container: HTMLElement;
  readonly title: string;
  /** The ids of friends at one place, of whom the user is asked to choose one. Empty: nothing is asked. */
  readonly choice: Signal<readonly string[]>;
  /** Whether the bundled map has no streets where the map is. */
  readonly isBeyond: Signal<boolean>;
  /** Called when the user walks on the map. */
  readonly onWalk: () => void;
}

const PAN_PIXELS = 120;
/** Margins of the visible area in pixels; the right one leaves space for the buttons. */
const MARGIN = 40;
const RIGHT_MARGIN = 88;

export function openMap(options: OpenMapOptions): OpenMap {
  const { library, config, frame, container, title, me, nearby, radius, choice, isBeyond, onWalk } = options;
  let shown = theme.value;
  const centre = me.place.value ?? config.startAt;
  const map = library.startMap({ container, config, theme: shown, centre, title });
  const overlay = new MapOverlay({ ...options, map });
  overlay.start();

  const placeUnder = ({ x, y }: { readonly x: number; readonly y: number }): Place => {
    const box = frame.getBoundingClientRect();
    return normalizedPlace(map.unproject([x - box.left, y - box.top]));
  };
  const centreOn = (place: Place): void => {
    const { lng, lat } = drawnAt(place, map.getCenter().lng);
    map.easeTo({ center: [lng, lat], padding: visibleArea(frame), ...animation() });
  };
  const walkTo = (place: Place): void => {
    onWalk();
    me.walkTo(place);
  };
  let isFollowingMe = true;
  const stopFollowing = (): void => {
    nearby.follow(null);
    isFollowingMe = false;
  };
  const toggle = (id: string): void => nearby.select(nearby.selectedId.value === id ? null : id);
  const openGroup = (ids: readonly string[]): void => {
    const places = nearby.list.value.filter(({ id }) => ids.includes(id));
    if (zoomApart(map, places, { padding: visibleArea(frame), ...animation() })) stopFollowing();
    else choice.value = ids;
  };
  const click = ({ point, lngLat }: MapMouseEvent): void => {
    const wasAsked = choice.value.length > 0;
    choice.value = [];
    const [friend, ...others] = overlay.friendsAt(point);
    if (friend !== undefined && others.length > 0) openGroup([friend, ...others]);
    else if (friend !== undefined) toggle(friend);
    else if (wasAsked) return;
    else if (nearby.selectedId.value !== null) nearby.select(null);
    else if (me.source.value === 'walking') walkTo(lngLat);
  };
  const hover = ({ point }: MapMouseEvent): void => {
    const isOnFriend = overlay.friendsAt(point).length > 0;
    map.getCanvas().style.cursor = isOnFriend ? 'pointer' : me.source.value === 'walking' ? 'crosshair' : '';
  };
  const noteDetail = (): void => {
    const bounds = map.getBounds();
    const [west, south, east, north] = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    isBeyond.value = config.styleUrl === null && isBeyondDetail({ zoom: map.getZoom(), west, south, east, north });
  };
  noteDetail();
  map.on('moveend', noteDetail);
  map.on('click', click);
  map.on('mousemove', hover);
  map.on('dragstart', stopFollowing);
  const ends = [
    onDrag(options.meButton, (point) => {
      if (me.source.value === 'walking') walkTo(placeUnder(point));
    }),
    onPress(options.meButton, () => {
      const [friend, ...others] = overlay.friendsUnderMe();
      // Zooming would not help: the dot stays above a friend at the user's own place.
      if (friend !== undefined && others.length > 0) choice.value = [friend, ...others];
      else if (friend !== undefined) toggle(friend);
    }),
    onDrag(options.radiusHandle, (point) => {
      const [mine, place] = [overlay.ownPlace(), placeUnder(point)];
      if (mine) radius.change(distanceMeters(mine.lat, mine.lng, place.lat, place.lng));
    }),
    effect(() => {
      if (me.source.value === 'device') isFollowingMe = true;
    }),
    effect(() => {
      const [place, source] = [me.place.value, me.source.value];
      if (place && source === 'device' && isFollowingMe && nearby.followedId.value === null) centreOn(place);
    }),
    nearby.selectedId.subscribe((id) => {
      if (id !== null) isFollowingMe = false;
      const friend = nearby.list.value.find((one) => one.id === id);
      if (friend) opened.keepVisible(friend);
    }),
    effect(() => {
      const friend = nearby.list.value.find(({ id }) => id === nearby.followedId.value);
      if (friend) centreOn(friend);
    }),
    runOnce(
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
    zoom: (by) => void map.zoomTo(map.getZoom() + by, animation()),
    pan(bearing) {
      const angle = (bearing / 180) * Math.PI;
      map.panBy([Math.sin(angle) * PAN_PIXELS, -Math.cos(angle) * PAN_PIXELS], animation());
    },
    keepVisible(place) {
      const free = visibleArea(frame);
      const shownAt = drawnAt(place, map.getCenter().lng);
      const { x, y } = map.project(shownAt);
      const { clientWidth, clientHeight } = frame;
      const isVisible = x > free.left && x < clientWidth - free.right && y > free.top && y < clientHeight - free.bottom;
      if (!isVisible) map.easeTo({ center: [shownAt.lng, shownAt.lat], padding: free, ...animation() });
    },
    showRadius() {
      const place = me.place.value;
      if (place === null) return;
      isFollowingMe = true;
      const meters = radius.meters.value;
      const centre = drawnAt(place, map.getCenter().lng);
      const [north, east, south, west] = [0, 90, 180, 270].map((bearing) =>
        drawnAt(placeAt(place, bearing, meters), centre.lng),
      );
      if (!north || !east || !south || !west) return;
      map.fitBounds([west.lng, south.lat, east.lng, north.lat], { padding: visibleArea(frame), ...animation() });
    },
    close() {
      for (const end of ends) end();
      overlay.stop();
      map.remove();
    },
  };
  return opened;
}

function animation(): { readonly duration: number } {
  return { duration: prefersReducedMotion() ? 0 : 500 };
}

/** The padding that the panel and the margins take on each side of the map, pixels. */
function visibleArea(frame: HTMLElement): { left: number; right: number; top: number; bottom: number } {
  const box = frame.getBoundingClientRect();
  const panel = document.querySelector('.panel')?.getBoundingClientRect();
  const sides = { left: MARGIN, right: RIGHT_MARGIN, top: MARGIN, bottom: MARGIN };
  if (!panel) return sides;
  const isBelow = panel.width > box.width * 0.7;
  if (isBelow)
    return { ...sides, left: MARGIN / 2, bottom: Math.min(box.height * 0.6, box.bottom - panel.top) + MARGIN / 2 };
  return { ...sides, left: panel.right - box.left + MARGIN };
}

/** Calls `run` once as soon as `condition` is true. Returns a function that cancels it. */
function runOnce(condition: () => boolean, run: () => void): () => void {
  let isDone = false;
  return effect(() => {
    if (isDone || !condition()) return;
    isDone = true;
    // Runs after the current signal update is complete.
    queueMicrotask(run);
  });
}
