/** Draws friends, the radius and their places on a canvas over the map: one picture each, however many there are. */
import { colourOf, initialsOf } from '../look/colour-of.ts';
import type { Theme } from '../look/theme.ts';

/** Pixels of the page. */
export const FACE_RADIUS = 17;
const RING = 3;
const SHADOW = 6;
const LABEL_GAP = 4;
const LABEL_FONT = '600 12px "Inter Variable", system-ui, sans-serif';
const LETTERS_FONT = '700 13px "Inter Variable", system-ui, sans-serif';

export interface DrawnFace {
  readonly id: string;
  readonly name: string;
  /** Pixels of the page. */
  readonly x: number;
  readonly y: number;
  readonly isSelected: boolean;
  readonly isApproximate: boolean;
  /** What an approximate place may be off by, pixels. */
  readonly vagueness: number;
  /** 1 for whoever has just reported, less for whoever has not for long. */
  readonly freshness: number;
  readonly hasLabel: boolean;
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
    for (const face of faces) this.#drawFace(context, face, theme, scale);
  }

  #drawFace(context: CanvasRenderingContext2D, face: DrawnFace, theme: Theme, scale: number): void {
    const size = face.isSelected ? 1.25 : 1;
    const half = (FACE_RADIUS + RING + SHADOW) * size;
    context.globalAlpha = face.freshness;
    const picture = this.#face(face, theme, scale);
    context.drawImage(picture, face.x - half, face.y - half, half * 2, half * 2);
    if (face.hasLabel) {
      const label = this.#label(face.name, theme, scale);
      const [width, height] = [label.width / scale, label.height / scale];
      context.drawImage(label, face.x - width / 2, face.y + half - SHADOW + LABEL_GAP - 2, width, height);
    }
    context.globalAlpha = 1;
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
    disc(context, middle, FACE_RADIUS + RING, theme === 'dark' ? '#0f141a' : '#ffffff');
    context.shadowColor = 'transparent';
    disc(context, middle, FACE_RADIUS, colourOf(id));
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
    const { canvas, context } = blank(width, 20, scale);
    context.fillStyle = theme === 'dark' ? 'rgba(15,20,26,.86)' : 'rgba(255,255,255,.92)';
    context.beginPath();
    context.roundRect(0, 0, width, 20, 10);
    context.fill();
    context.fillStyle = theme === 'dark' ? '#e8eef6' : '#17202b';
    context.font = LABEL_FONT;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(name, width / 2, 10.5);
    this.#labels.set(name, canvas);
    return canvas;
  }
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
export function drawRadius(
  context: CanvasRenderingContext2D,
  outline: readonly { readonly x: number; readonly y: number }[],
  theme: Theme,
): void {
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

function disc(context: CanvasRenderingContext2D, middle: number, radius: number, colour: string): void {
  context.beginPath();
  context.arc(middle, middle, radius, 0, Math.PI * 2);
  context.fillStyle = colour;
  context.fill();
}
