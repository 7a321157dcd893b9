/** Reports presses on an element that may also be dragged: of a pointer, and of the keys that press a button. */

/** A finger moves this far without a drag being meant, pixels. */
const MAX_PRESS_PIXELS = 6;

/** Returns a function that removes the listeners. */
export function onPress(element: HTMLElement, press: () => void): () => void {
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
  const click = ({ detail }: MouseEvent): void => {
    // A key gives a click without a pointer, whose detail is 0.
    if (detail === 0 || !isDrag) press();
    start = undefined;
  };
  element.addEventListener('pointerdown', down);
  element.addEventListener('pointermove', follow);
  element.addEventListener('click', click);
  return () => {
    element.removeEventListener('pointerdown', down);
    element.removeEventListener('pointermove', follow);
    element.removeEventListener('click', click);
  };
}
