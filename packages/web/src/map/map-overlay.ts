/** Keeps what lies over the map where it belongs: friends and radius on a canvas, me and the radius' handle as buttons. */
import { effect } from '@preact/signals';
import { prefersCalm } from '../look/prefers-calm.ts';
import { type Theme, theme } from '../look/theme.ts';
import type { OwnPosition } from '../me/own-position.ts';
import { placeAt } from '../me/place-at.ts';
import { Glide, type Place } from '../nearby/glide.ts';
import type { NearbyFriends } from '../nearby/nearby-friends.ts';
import type { RadiusChoice } from '../nearby/radius-choice.ts';
import { type DrawnFace, drawRadius, FACE_RADIUS, FaceDrawer } from './draw-friends.ts';
import type { LibreMap } from './start-map.ts';

/** More names than this would only cover each other. */
const MAX_LABELS = 40;
/** The circle as so many corners: within a pixel of round at any size that fits on a screen. */
const CIRCLE_CORNERS = 96;
/** Half the side of an approximate position's grid cell, about; metres. */
const APPROXIMATE_METERS = 500;
/** After this age somebody is drawn paler, ms, down to the age at which they drop out. */
const FRESH_MS = 60_000;
const GONE_MS = 600_000;
const PALEST = 0.45;
/** How far beside a face still counts as on it, pixels: fingers are wide. */
const TOUCH_MARGIN = 7;

export interface OverlayOptions {
  readonly map: LibreMap;
  readonly canvas: HTMLCanvasElement;
  readonly meButton: HTMLElement;
  readonly radiusHandle: HTMLElement;
  readonly me: OwnPosition;
  readonly nearby: NearbyFriends;
  readonly radius: RadiusChoice;
  readonly nameOf: (id: string) => string;
}

export class MapOverlay {
  readonly #options: OverlayOptions;
  readonly #drawer = new FaceDrawer();
  readonly #context: CanvasRenderingContext2D;
  readonly #ends: (() => void)[] = [];
  #faces: readonly DrawnFace[] = [];
  #me: Glide | undefined;
  #frame: number | undefined;

  constructor(options: OverlayOptions) {
    this.#options = options;
    const context = options.canvas.getContext('2d');
    if (context === null) throw new Error('This browser has no canvas.');
    this.#context = context;
  }

  start(): void {
    const { map, me, nearby, radius } = this.#options;
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
        // Whatever of these changes, the next frame looks different.
        void [nearby.list.value, nearby.selectedId.value, radius.meters.value, theme.value];
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

  /** Who is drawn at that point of the map, the topmost of several. */
  friendAt({ x, y }: { readonly x: number; readonly y: number }): string | undefined {
    return this.#faces.findLast((face) => Math.hypot(face.x - x, face.y - y) <= FACE_RADIUS + TOUCH_MARGIN)?.id;
  }

  /** Where I am drawn. */
  myPlace(): Place | undefined {
    return this.#me?.at(performance.now());
  }

  #moveMe(place: Place): void {
    const now = performance.now();
    if (this.#me && !prefersCalm()) this.#me.moveTo(place, now);
    else this.#me = new Glide(place, now);
  }

  #draw(): void {
    const { nearby, me } = this.#options;
    const now = performance.now();
    const scale = this.#fitCanvas();
    const context = this.#context;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    const mine = this.#me?.at(now);
    if (mine) this.#drawMine(mine, theme.value);
    this.#faces = this.#facesOf(now, Date.now() + me.clockAheadMs.value);
    const minePoint = mine && this.#options.map.project(mine);
    this.#drawer.draw(context, { faces: this.#faces, mine: minePoint, theme: theme.value, scale });
    if (!nearby.isAtRest(now) || this.#me?.isMoving(now)) this.requestDraw();
  }

  /** Answers how many pixels of the screen one of the page has. */
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
    const corner = (index: number) => map.project(placeAt(place, (360 / CIRCLE_CORNERS) * index, meters));
    drawRadius(
      this.#context,
      Array.from({ length: CIRCLE_CORNERS }, (_, index) => corner(index)),
      shown,
    );
    put(meButton, map.project(place));
    put(radiusHandle, map.project(placeAt(place, 90, meters)));
  }

  #facesOf(now: number, serverNow: number): DrawnFace[] {
    const { map, nearby, nameOf } = this.#options;
    const { clientWidth, clientHeight } = this.#options.canvas;
    const friends = nearby.drawn(now);
    const isSeen = ({ x, y }: { x: number; y: number }): boolean =>
      x > -60 && y > -60 && x < clientWidth + 60 && y < clientHeight + 60;
    const places = friends
      .map((drawn) => ({ ...drawn, point: map.project(drawn) }))
      .filter(({ point }) => isSeen(point));
    const centre = map.getCenter();
    const pixelsPerMeter = pixelsBetween(map, centre, placeAt(centre, 90, 1_000)) / 1_000;
    return places.map(({ friend, point }, index) => ({
      id: friend.id,
      name: nameOf(friend.id),
      x: point.x,
      y: point.y,
      isSelected: nearby.selectedId.value === friend.id,
      isApproximate: friend.precision === 'approximate',
      vagueness: APPROXIMATE_METERS * pixelsPerMeter,
      freshness: freshness(serverNow - friend.at),
      // The nearest come last.
      mayHaveLabel: nearby.selectedId.value === friend.id || places.length - index <= MAX_LABELS,
    }));
  }
}

function put(element: HTMLElement, { x, y }: { readonly x: number; readonly y: number }): void {
  element.style.transform = `translate(${x}px, ${y}px) translate(-50%, -50%)`;
  element.hidden = false;
}

function pixelsBetween(map: LibreMap, a: Place, b: Place): number {
  const [from, to] = [map.project(a), map.project(b)];
  return Math.hypot(to.x - from.x, to.y - from.y);
}

function freshness(ageMs: number): number {
  const share = Math.min(1, Math.max(0, (ageMs - FRESH_MS) / (GONE_MS - FRESH_MS)));
  return 1 - share * (1 - PALEST);
}
