/** Draws the direction in which a friend moves, as a tip at the edge of the face. */

/** Sizes are in CSS pixels. */
const TIP_LENGTH = 9;
const TIP_HALF_WIDTH = 7;

interface Tip {
  /** The middle of the face. */
  readonly x: number;
  readonly y: number;
  /** From the middle to the edge of the face. */
  readonly radius: number;
  /** Degrees clockwise from north, which is up. */
  readonly heading: number;
  readonly colour: string;
}

export function drawHeading(context: CanvasRenderingContext2D, { x, y, radius, heading, colour }: Tip): void {
  context.save();
  context.translate(x, y);
  context.rotate((heading * Math.PI) / 180);
  context.beginPath();
  context.moveTo(-TIP_HALF_WIDTH, -radius);
  context.lineTo(0, -radius - TIP_LENGTH);
  context.lineTo(TIP_HALF_WIDTH, -radius);
  context.closePath();
  context.fillStyle = colour;
  context.fill();
  context.restore();
}
