/** Reports a press of the pointer on an element that may also be dragged. */

/** A finger moves this far without a drag being meant, pixels. */
const MAX_PRESS_PIXELS = 6;

/** Points are CSS pixels from the top left corner of the window. Returns a function that removes the listeners. */
export function onPress(
  element: HTMLElement,
  press: (point: { readonly x: number; readonly y: number }) => void,
): () => void {
  let start: { readonly x: number; readonly y: number } | undefined;
  let isDrag = false;
  const down = ({ clientX, clientY }: PointerEvent): void => {
    start = { x: clientX, y: clientY };
    isDrag = false;
  };
  // The element may move with the pointer, so the way counts and not only its end.
  const follow = ({ clientX, clientY }: PointerEvent): void => {
    if (start && Math.hypot(clientX - start.x, clientY - start.y) > MAX_PRESS_PIXELS) isDrag = true;
  };
  const up = ({ clientX, clientY }: PointerEvent): void => {
    if (start && !isDrag) press({ x: clientX, y: clientY });
    start = undefined;
  };
  const cancel = (): void => {
    start = undefined;
  };
  element.addEventListener('pointerdown', down);
  element.addEventListener('pointermove', follow);
  element.addEventListener('pointerup', up);
  element.addEventListener('pointercancel', cancel);
  return () => {
    element.removeEventListener('pointerdown', down);
    element.removeEventListener('pointermove', follow);
    element.removeEventListener('pointerup', up);
    element.removeEventListener('pointercancel', cancel);
  };
}
