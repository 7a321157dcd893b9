/** Maps arrow keys to steps on the map and to changes of the radius. */

/** A step without and with Shift, metres. */
const STEP_METERS = 30;
const LONG_STEP_METERS = 300;

const BEARINGS: Readonly<Record<string, number>> = { ArrowUp: 0, ArrowRight: 90, ArrowDown: 180, ArrowLeft: 270 };

export interface Step {
  readonly bearing: number;
  readonly meters: number;
}

/** Returns undefined for other keys and for combinations that belong to the browser or a screen reader. */
export function stepOf(
  event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'altKey' | 'ctrlKey' | 'metaKey'>,
): Step | undefined {
  const bearing = BEARINGS[event.key];
  if (bearing === undefined || event.altKey || event.ctrlKey || event.metaKey) return undefined;
  return { bearing, meters: event.shiftKey ? LONG_STEP_METERS : STEP_METERS };
}

const FACTORS: Readonly<Record<string, number>> = {
  ArrowUp: 1.05,
  ArrowRight: 1.05,
  ArrowDown: 1 / 1.05,
  ArrowLeft: 1 / 1.05,
  PageUp: 1.5,
  PageDown: 1 / 1.5,
};

/** Returns the factor by which the radius changes, or undefined for other keys. */
export function radiusFactorOf({ key }: Pick<KeyboardEvent, 'key'>): number | undefined {
  return FACTORS[key];
}
