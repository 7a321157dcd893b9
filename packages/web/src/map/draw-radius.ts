/** Draws the radius around the user on a canvas over the map. */
import type { Theme } from '../ui/theme.ts';

/** The outline is in CSS pixels. */
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
