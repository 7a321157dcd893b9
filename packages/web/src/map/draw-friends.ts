/** Draws friends, the radius and their places on a canvas over the map: one picture each, however many there are. */
import { colourOf, initialsOf } from '../look/colour-of.ts';
import type { Theme } from '../look/theme.ts';

/** Pixels of the page. */
export const FACE_RADIUS = 17;
const RING = 3;
const SHADOW = 6;
const LABEL_GAP = 3;
const LABEL_HEIGHT = 20;
const SELECTED_SIZE = 1.25;
const LABEL_FONT = '600 12px "Inter Variable", system-ui, sans-serif';
const LETTERS_FONT = '700 13px "Inter Variable", system-ui, sans-serif';

/** Pixels of the page. */
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
  readonly name: string;
  readonly isSelected: boolean;
  readonly isApproximate: boolean;
  /** What an approximate place may be off by, pixels. */
  readonly vagueness: number;
  /** 1 for whoever has just reported, less for whoever has not for long. */
  readonly freshness: number;
  readonly mayHaveLabel: boolean;
}

/** A ready picture of each face: drawing text and shadows 300 times a frame would be too slow. */
export class FaceDrawer {
  readonly #faces = new Map<string, HTMLCanvasElement>();
  readonly #labels = new Map<string, HTMLCanvasElement>();
  #key = '';

  draw(context: CanvasRenderingContext2D, faces: readonly DrawnFace[], theme: Theme, scale: number): void {
    const key = `${theme} ${scale}`;
    if (key !== this.#key) {
      this.#key = key;
      this.#faces.clear();
      this.#labels.clear();
    }
    for (const face of faces) if (face.isApproximate) drawVagueness(context, face);
    const labelled = this.#chooseLabels(faces, theme, scale);
    for (const face of faces) this.#drawFace(context, face, labelled.has(face.id), theme, scale);
  }

  /** Names that would lie on other names or nearer faces are left out; the nearest come first. */
  #chooseLabels(faces: readonly DrawnFace[], theme: Theme, scale: number): ReadonlySet<string> {
    const taken: Box[] = [];
    const chosen = new Set<string>();
    for (const face of faces.toReversed()) {
      const size = sizeOf(face);
      if (face.mayHaveLabel) {
        const width = this.#label(face.name, theme, scale).width / scale;
        const top = face.y + (FACE_RADIUS + RING) * size + LABEL_GAP;
        const box = { left: face.x - width / 2, right: face.x + width / 2, top, bottom: top + LABEL_HEIGHT };
        if (face.isSelected || !taken.some((other) => overlap(box, other))) {
          taken.push(box);
          chosen.add(face.id);
        }
      }
      const half = FACE_RADIUS * size;
      taken.push({ left: face.x - half, right: face.x + half, top: face.y - half, bottom: face.y + half });
    }
    return chosen;
  }

  #drawFace(context: CanvasRenderingContext2D, face: DrawnFace, hasLabel: boolean, theme: Theme, scale: number): void {
    const size = sizeOf(face);
    const half = (FACE_RADIUS + RING + SHADOW) * size;
    if (face.freshness < 1) {
      // Paler, but nothing shines through.
      disc(context, face, FACE_RADIUS * size, theme === 'dark' ? '#0f141a' : '#ffffff');
      context.globalAlpha = face.freshness;
    }
    context.drawImage(this.#face(face, theme, scale), face.x - half, face.y - half, half * 2, half * 2);
    context.globalAlpha = 1;
    if (!hasLabel) return;
    const label = this.#label(face.name, theme, scale);
    const width = label.width / scale;
    const top = face.y + (FACE_RADIUS + RING) * size + LABEL_GAP;
    context.drawImage(label, face.x - width / 2, top, width, LABEL_HEIGHT);
  }

  #face({ id, name, isApproximate }: DrawnFace, theme: Theme, scale: number): HTMLCanvasElement {
    const key = `${id} ${name} ${isApproximate}`;
    const known = this.#faces.get(key);
    if (known) return known;
    const side = (FACE_RADIUS + RING + SHADOW) * 2;
    const { canvas, context } = blank(side, side, scale);
    const middle = side / 2;
    context.shadowColor = 'rgba(0,0,0,.35)';
    context.shadowBlur = SHADOW * scale;
    context.shadowOffsetY = 1.5 * scale;
    disc(context, { x: middle, y: middle }, FACE_RADIUS + RING, theme === 'dark' ? '#0f141a' : '#ffffff');
    context.shadowColor = 'transparent';
    disc(context, { x: middle, y: middle }, FACE_RADIUS, colourOf(id));
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

  #label(name: string, theme: Theme, scale: number): HTMLCanvasElement {
    const known = this.#labels.get(name);
    if (known) return known;
    const measuring = blank(1, 1, scale).context;
    measuring.font = LABEL_FONT;
    const width = Math.ceil(measuring.measureText(name).width) + 14;
    const { canvas, context } = blank(width, LABEL_HEIGHT, scale);
    context.fillStyle = theme === 'dark' ? 'rgba(15,20,26,.86)' : 'rgba(255,255,255,.92)';
    context.beginPath();
    context.roundRect(0, 0, width, LABEL_HEIGHT, LABEL_HEIGHT / 2);
    context.fill();
    context.fillStyle = theme === 'dark' ? '#e8eef6' : '#17202b';
    context.font = LABEL_FONT;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(name, width / 2, LABEL_HEIGHT / 2 + 0.5);
    this.#labels.set(name, canvas);
    return canvas;
  }
}

function sizeOf({ isSelected }: DrawnFace): number {
  return isSelected ? SELECTED_SIZE : 1;
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function drawVagueness(context: CanvasRenderingContext2D, { id, x, y, vagueness, freshness }: DrawnFace): void {
  const colour = colourOf(id);
  context.beginPath();
  context.arc(x, y, vagueness, 0, Math.PI * 2);
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

/** The circle of the radius, given its outline in pixels of the page. */
export function drawRadius(context: CanvasRenderingContext2D, outline: readonly Point[], theme: Theme): void {
  context.beginPath();
  for (const { x, y } of outline) context.lineTo(x, y);
  context.closePath();
  context.fillStyle = theme === 'dark' ? 'rgba(165,180,252,.07)' : 'rgba(67,56,202,.06)';
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = theme === 'dark' ? 'rgba(165,180,252,.75)' : 'rgba(67,56,202,.65)';
  context.stroke();
}

function blank(width: number, height: number, scale: number) {
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(width * scale);
  canvas.height = Math.ceil(height * scale);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser has no canvas.');
  context.scale(scale, scale);
  return { canvas, context };
}

function disc(context: CanvasRenderingContext2D, { x, y }: Point, radius: number, colour: string): void {
  context.beginPath();
  context.arc(x, y, radius, 0, Math.PI * 2);
  context.fillStyle = colour;
  context.fill();
}
