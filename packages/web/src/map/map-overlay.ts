/** Positions the overlay on the map: friends and radius on a canvas, the user and the radius handle as elements. */
import type { NearbyFriend } from '@nearby-friends/client';
import { effect } from '@preact/signals';
import { Glide } from '../geometry/glide.ts';
import { drawnAt } from '../geometry/nearest-copy.ts';
import type { Place } from '../geometry/place.ts';
import { placeAt } from '../geometry/place-at.ts';
import type { OwnPosition } from '../me/own-position.ts';
import type { NearbyFriends } from '../nearby/nearby-friends.ts';
import type { RadiusChoice } from '../nearby/radius-choice.ts';
import { exactNow } from '../state/now.ts';
import { prefersReducedMotion } from '../ui/prefers-reduced-motion.ts';
import { type Theme, theme } from '../ui/theme.ts';
import { type DrawnFace, FACE_RADIUS, FaceDrawer } from './draw-friends.ts';
import { drawRadius } from './draw-radius.ts';
import { type GroupedFaces, groupFaces } from './group-faces.ts';
import type { LibreMap } from './start-map.ts';

/** Corners of the radius polygon: deviates less than a pixel from a circle at any screen size. */
const CIRCLE_CORNERS = 96;
/** About half the side of a grid cell of an approximate position, metres. */
const APPROXIMATE_METERS = 500;
/** From this age on a friend is drawn paler, ms, until the age at which the position expires. */
const FRESH_MS = 60_000;
const EXPIRED_MS = 600_000;
const MIN_FRESHNESS = 0.45;
/** The heading of a slower phone is noise. */
const MOVING_METERS_PER_SECOND = 0.5;
/** Extra hit area around a face for fingers, pixels. */
const TOUCH_MARGIN = 7;
/** Half the side of the element of the user's own dot, which takes presses on what is below it, pixels. */
const OWN_REACH = 22;

export interface OverlayOptions {
  readonly map: LibreMap;
  readonly canvas: HTMLCanvasElement;
  readonly meButton: HTMLElement;
  readonly radiusHandle: HTMLElement;
  readonly me: OwnPosition;
  readonly nearby: NearbyFriends;
  readonly radius: RadiusChoice;
  readonly nameOf: (id: string) => string;
  /** With the id, where a name does not tell who it is. */
  readonly labelOf: (id: string) => string;
}

export class MapOverlay {
  readonly #options: OverlayOptions;
  readonly #drawer = new FaceDrawer();
  readonly #context: CanvasRenderingContext2D;
  readonly #ends: (() => void)[] = [];
  #faces: GroupedFaces<DrawnFace> = { heads: [], hidden: new Map() };
  #me: Glide | undefined;
  #frame: number | undefined;

  constructor(options: OverlayOptions) {
    this.#options = options;
    const context = options.canvas.getContext('2d');
    if (context === null) throw new Error('This browser does not support the 2D canvas.');
    this.#context = context;
  }

  start(): void {
    const { map, me, nearby, radius, labelOf } = this.#options;
    const draw = (): void => this.#draw();
    map.on('render', draw);
    this.#ends.push(
      () => map.off('render', draw),
      effect(() => {
        const place = me.place.value;
        if (place !== null) this.#moveMe(place);
        this.requestDraw();
      }),
      effect(() => {
        // Reads these signals, so that a change of any of them requests a frame.
        void [nearby.selectedId.value, radius.meters.value, theme.value];
        for (const { id } of nearby.list.value) labelOf(id);
        this.requestDraw();
      }),
    );
  }

  stop(): void {
    for (const end of this.#ends.splice(0)) end();
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
  }

  requestDraw(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#draw();
    });
  }

  /** The ids of the friends whose mark is the topmost at a point of the map. */
  friendsAt({ x, y }: { readonly x: number; readonly y: number }): readonly string[] {
    const face = this.#faces.heads.findLast((one) => Math.hypot(one.x - x, one.y - y) <= FACE_RADIUS + TOUCH_MARGIN);
    return face === undefined ? [] : this.#idsOf(face);
  }

  /** The ids of the friends whose marks are covered by the user's own dot. */
  friendsUnderMe(): readonly string[] {
    const place = this.ownPlace();
    if (place === undefined) return [];
    const mine = this.#project(place);
    return this.#faces.heads
      .filter(({ x, y }) => Math.hypot(mine.x - x, mine.y - y) <= OWN_REACH)
      .flatMap((face) => this.#idsOf(face));
  }

  /** Where the user's own dot is drawn. */
  ownPlace(): Place | undefined {
    return this.#me?.at(performance.now());
  }

  #idsOf({ id }: DrawnFace): readonly string[] {
    return [id, ...(this.#faces.hidden.get(id) ?? []).map((face) => face.id)];
  }

  #moveMe(place: Place): void {
    const now = performance.now();
    if (this.#me && !prefersReducedMotion()) this.#me.moveTo(place, now);
    else this.#me = new Glide(place, now);
  }

  #draw(): void {
    const { nearby } = this.#options;
    const now = performance.now();
    const scale = this.#fitCanvas();
    const context = this.#context;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    const mine = this.#me?.at(now);
    if (mine) this.#drawMine(mine, theme.value);
    this.#faces = groupFaces(this.#layOutFaces(now, exactNow()));
    const minePoint = mine && this.#project(mine);
    this.#drawer.draw(context, { faces: this.#faces, mine: minePoint, theme: theme.value, scale });
    if (!nearby.isIdle(now) || this.#me?.isMoving(now)) this.requestDraw();
  }

  /** Resizes the canvas to its element and returns the device pixels per CSS pixel. */
  #fitCanvas(): number {
    const { canvas } = this.#options;
    const scale = Math.min(3, window.devicePixelRatio || 1);
    const [width, height] = [Math.round(canvas.clientWidth * scale), Math.round(canvas.clientHeight * scale)];
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    return scale;
  }

  #drawMine(place: Place, shown: Theme): void {
    const { map, meButton, radiusHandle, radius } = this.#options;
    const meters = radius.meters.value;
    const shownAt = drawnAt(place, map.getCenter().lng);
    // Round the drawn place, so that a circle across the date line stays in one piece.
    const around = (bearing: number) => map.project(drawnAt(placeAt(place, bearing, meters), shownAt.lng));
    const corner = (index: number) => around((360 / CIRCLE_CORNERS) * index);
    drawRadius(
      this.#context,
      Array.from({ length: CIRCLE_CORNERS }, (_, index) => corner(index)),
      shown,
    );
    moveElement(meButton, map.project(shownAt));
    moveElement(radiusHandle, around(90));
  }

  /** The nearest copy of the place to the centre of the map, CSS pixels. */
  #project(place: Place) {
    const { map } = this.#options;
    return map.project(drawnAt(place, map.getCenter().lng));
  }

  #layOutFaces(now: number, serverNow: number): DrawnFace[] {
    const { map, nearby, nameOf, labelOf } = this.#options;
    const { clientWidth, clientHeight } = this.#options.canvas;
    const friends = nearby.drawn(now);
    const isVisible = ({ x, y }: { x: number; y: number }): boolean =>
      x > -60 && y > -60 && x < clientWidth + 60 && y < clientHeight + 60;
    const places = friends
      .map((drawn) => ({ ...drawn, point: this.#project(drawn) }))
      .filter(({ point }) => isVisible(point));
    const centre = map.getCenter();
    const east = drawnAt(placeAt(centre, 90, 1_000), centre.lng);
    const pixelsPerMeter = pixelsBetween(map, centre, east) / 1_000;
    return places.map(({ friend, point }) => ({
      id: friend.id,
      name: nameOf(friend.id),
      label: labelOf(friend.id),
      x: point.x,
      y: point.y,
      isSelected: nearby.selectedId.value === friend.id,
      isApproximate: friend.precision === 'approximate',
      heading: (friend.speed ?? 0) >= MOVING_METERS_PER_SECOND ? friend.heading : undefined,
      uncertainty: uncertaintyOf(friend) * pixelsPerMeter,
      freshness: freshness(serverNow - friend.at),
    }));
  }
}

/** Metres. */
function uncertaintyOf({ precision, accuracy = 0 }: NearbyFriend): number {
  return precision === 'approximate' ? APPROXIMATE_METERS : accuracy;
}

function moveElement(element: HTMLElement, { x, y }: { readonly x: number; readonly y: number }): void {
  element.style.transform = `translate(${x}px, ${y}px) translate(-50%, -50%)`;
  element.hidden = false;
}

function pixelsBetween(map: LibreMap, a: Place, b: Place): number {
  const [from, to] = [map.project(a), map.project(b)];
  return Math.hypot(to.x - from.x, to.y - from.y);
}

function freshness(ageMs: number): number {
  const share = Math.min(1, Math.max(0, (ageMs - FRESH_MS) / (EXPIRED_MS - FRESH_MS)));
  return 1 - share * (1 - MIN_FRESHNESS);
}
