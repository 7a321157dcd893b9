/** Draws the friends on a canvas over the map. */
import { colourOf, initialsOf } from '../ui/colour-of.ts';
import type { Theme } from '../ui/theme.ts';
import { createCanvas, fillDisc } from './create-canvas.ts';
import { drawHeading } from './draw-heading.ts';
import type { GroupedFaces } from './group-faces.ts';

/** Sizes are in CSS pixels. */
export const FACE_RADIUS = 17;
const RING = 3;
const SHADOW = 6;
/** Radius of the user's own dot. */
const OWN_RADIUS = 13;
const LABEL_GAP = 3;
const LABEL_HEIGHT = 20;
const SELECTED_SIZE = 1.25;
/** More labels than this would overlap each other. */
const MAX_LABELS = 40;
/** Labels of groups change with their sizes, so that the cache would grow for as long as the page is open. */
const MAX_CACHED_LABELS = 500;
const LABEL_FONT = '600 12px "Inter Variable", system-ui, sans-serif';
const LETTERS_FONT = '700 13px "Inter Variable", system-ui, sans-serif';

/** A point in CSS pixels. */
interface Point {
  readonly x: number;
  readonly y: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface DrawnFace extends Point {
  readonly id: string;
  /** For the initials. */
  readonly name: string;
  /** Tells who it is. */
  readonly label: string;
  readonly isSelected: boolean;
  readonly isApproximate: boolean;
  /** Radius of the position's uncertainty, CSS pixels. */
  readonly uncertainty: number;
  /** 1 for a fresh position, less for an older one. */
  readonly freshness: number;
  /** The direction of travel, degrees clockwise from north, if the friend moves. */
  readonly heading: number | undefined;
}

export interface Picture {
  /** In drawing order: the topmost face is the last. */
  readonly faces: GroupedFaces<DrawnFace>;
  /** The user's own position, if it is known. */
  readonly mine: Point | undefined;
  readonly theme: Theme;
  /** Device pixels per CSS pixel. */
  readonly scale: number;
}

/** Caches a rendered image of each face, because drawing text and shadows 300 times per frame is too slow. */
export class FaceDrawer {
  readonly #faces = new Map<string, HTMLCanvasElement>();
  readonly #labels = new Map<string, HTMLCanvasElement>();
  readonly #groups = new Map<number, HTMLCanvasElement>();
  #key = '';

  draw(context: CanvasRenderingContext2D, { faces: { heads, hidden }, mine, theme, scale }: Picture): void {
    const key = `${theme} ${scale}`;
    if (key !== this.#key) {
      this.#key = key;
      this.#faces.clear();
      this.#labels.clear();
      this.#groups.clear();
    }
    if (this.#labels.size > MAX_CACHED_LABELS) this.#labels.clear();
    for (const face of heads) if (face.uncertainty > FACE_RADIUS) drawUncertainty(context, face);
    const labels = this.#chooseLabels({ heads, hidden }, mine, theme, scale);
    for (const face of heads) {
      const others = hidden.get(face.id)?.length ?? 0;
      if (others === 0) this.#drawFace(context, face, theme, scale);
      else this.#drawGroup(context, face, others + 1, theme, scale);
      const label = labels.get(face.id);
      if (label !== undefined) this.#drawLabel(context, face, label, theme, scale);
    }
  }

  /** Places labels by distance, nearest first, and skips labels that would overlap a face or a nearer label. */
  #chooseLabels(
    { heads, hidden }: GroupedFaces<DrawnFace>,
    mine: Point | undefined,
    theme: Theme,
    scale: number,
  ): ReadonlyMap<string, string> {
    const around = ({ x, y }: Point, half: number): Box => ({
      left: x - half,
      right: x + half,
      top: y - half,
      bottom: y + half,
    });
    const occupied = heads.map((face) => around(face, FACE_RADIUS * sizeOf(face)));
    if (mine) occupied.push(around(mine, OWN_RADIUS));
    const chosen = new Map<string, string>();
    for (const [index, face] of heads.toReversed().entries()) {
      if (index >= MAX_LABELS && !face.isSelected) continue;
      const others = hidden.get(face.id)?.length ?? 0;
      const label = others === 0 ? face.label : `${face.label} +${others}`;
      const width = this.#label(label, theme, scale).width / scale;
      const top = face.y + (FACE_RADIUS + RING) * sizeOf(face) + LABEL_GAP;
      const box = { left: face.x - width / 2, right: face.x + width / 2, top, bottom: top + LABEL_HEIGHT };
      if (!face.isSelected && occupied.some((other) => overlap(box, other))) continue;
      occupied.push(box);
      chosen.set(face.id, label);
    }
    return chosen;
  }

  #drawFace(context: CanvasRenderingContext2D, face: DrawnFace, theme: Theme, scale: number): void {
    const size = sizeOf(face);
    const half = (FACE_RADIUS + RING + SHADOW) * size;
    const { x, y, heading } = face;
    if (heading !== undefined)
      drawHeading(context, { x, y, heading, radius: (FACE_RADIUS + RING) * size, colour: colourOf(face.id) });
    if (face.freshness < 1) {
      // An opaque background, so that the faded face does not show the map below.
      fillDisc(context, face, FACE_RADIUS * size, theme === 'dark' ? '#0f141a' : '#ffffff');
      context.globalAlpha = face.freshness;
    }
    context.drawImage(this.#face(face, theme, scale), face.x - half, face.y - half, half * 2, half * 2);
    context.globalAlpha = 1;
  }

  /** The number of friends in place of a face. */
  #drawGroup(context: CanvasRenderingContext2D, { x, y }: Point, count: number, theme: Theme, scale: number): void {
    const half = FACE_RADIUS + RING + SHADOW;
    let image = this.#groups.get(count);
    if (image === undefined) {
      image = groupImage(count, theme, scale);
      this.#groups.set(count, image);
    }
    context.drawImage(image, x - half, y - half, half * 2, half * 2);
  }

  #drawLabel(context: CanvasRenderingContext2D, face: DrawnFace, text: string, theme: Theme, scale: number): void {
    const label = this.#label(text, theme, scale);
    const width = label.width / scale;
    const top = face.y + (FACE_RADIUS + RING) * sizeOf(face) + LABEL_GAP;
    context.drawImage(label, face.x - width / 2, top, width, LABEL_HEIGHT);
  }

  #face({ id, name, isApproximate }: DrawnFace, theme: Theme, scale: number): HTMLCanvasElement {
    const key = `${id} ${name} ${isApproximate}`;
    const cached = this.#faces.get(key);
    if (cached) return cached;
    const side = (FACE_RADIUS + RING + SHADOW) * 2;
    const { canvas, context } = createCanvas(side, side, scale);
    const middle = side / 2;
    context.shadowColor = 'rgba(0,0,0,.35)';
    context.shadowBlur = SHADOW * scale;
    context.shadowOffsetY = 1.5 * scale;
    fillDisc(context, { x: middle, y: middle }, FACE_RADIUS + RING, theme === 'dark' ? '#0f141a' : '#ffffff');
    context.shadowColor = 'transparent';
    fillDisc(context, { x: middle, y: middle }, FACE_RADIUS, colourOf(id));
    if (isApproximate) {
      context.setLineDash([4, 3]);
      context.lineWidth = 2;
      context.strokeStyle = 'rgba(255,255,255,.85)';
      context.beginPath();
      context.arc(middle, middle, FACE_RADIUS - 2.5, 0, Math.PI * 2);
      context.stroke();
    }
    context.fillStyle = '#ffffff';
    context.font = LETTERS_FONT;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(initialsOf(name), middle, middle + 1);
    this.#faces.set(key, canvas);
    return canvas;
  }

  #label(text: string, theme: Theme, scale: number): HTMLCanvasElement {
    const cached = this.#labels.get(text);
    if (cached) return cached;
    const measuring = createCanvas(1, 1, scale).context;
    measuring.font = LABEL_FONT;
    const width = Math.ceil(measuring.measureText(text).width) + 14;
    const { canvas, context } = createCanvas(width, LABEL_HEIGHT, scale);
    context.fillStyle = theme === 'dark' ? 'rgba(15,20,26,.86)' : 'rgba(255,255,255,.92)';
    context.beginPath();
    context.roundRect(0, 0, width, LABEL_HEIGHT, LABEL_HEIGHT / 2);
    context.fill();
    context.fillStyle = theme === 'dark' ? '#e8eef6' : '#17202b';
    context.font = LABEL_FONT;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(text, width / 2, LABEL_HEIGHT / 2 + 0.5);
    this.#labels.set(text, canvas);
    return canvas;
  }
}

function sizeOf({ isSelected }: DrawnFace): number {
  return isSelected ? SELECTED_SIZE : 1;
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function drawUncertainty(context: CanvasRenderingContext2D, { id, x, y, uncertainty, freshness }: DrawnFace): void {
  const colour = colourOf(id);
  context.beginPath();
  context.arc(x, y, uncertainty, 0, Math.PI * 2);
  context.globalAlpha = 0.12 * freshness;
  context.fillStyle = colour;
  context.fill();
  context.globalAlpha = 0.5 * freshness;
  context.setLineDash([5, 5]);
  context.lineWidth = 1.5;
  context.strokeStyle = colour;
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/** A disc with a halo in a colour that no friend has. */
function groupImage(count: number, theme: Theme, scale: number): HTMLCanvasElement {
  const side = (FACE_RADIUS + RING + SHADOW) * 2;
  const middle = side / 2;
  const { canvas, context } = createCanvas(side, side, scale);
  const [disc, ring, digits] =
    theme === 'dark' ? ['#e2e8f0', '#0f141a', '#0f141a'] : (['#1f2937', '#ffffff', '#ffffff'] as const);
  context.globalAlpha = 0.4;
  fillDisc(context, { x: middle, y: middle }, FACE_RADIUS + RING + SHADOW - 1, disc);
  context.globalAlpha = 1;
  fillDisc(context, { x: middle, y: middle }, FACE_RADIUS + RING - 1, ring);
  fillDisc(context, { x: middle, y: middle }, FACE_RADIUS, disc);
  context.fillStyle = digits;
  context.font = LETTERS_FONT;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(String(count), middle, middle + 1);
  return canvas;
}
