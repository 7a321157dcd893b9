/** Creates the small canvases on which images are rendered once and drawn many times. */

/** The size is in CSS pixels, with `scale` device pixels each. */
export function createCanvas(width: number, height: number, scale: number) {
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(width * scale);
  canvas.height = Math.ceil(height * scale);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser does not support the 2D canvas.');
  context.scale(scale, scale);
  return { canvas, context };
}

export function fillDisc(
  context: CanvasRenderingContext2D,
  { x, y }: { readonly x: number; readonly y: number },
  radius: number,
  colour: string,
): void {
  context.beginPath();
  context.arc(x, y, radius, 0, Math.PI * 2);
  context.fillStyle = colour;
  context.fill();
}
