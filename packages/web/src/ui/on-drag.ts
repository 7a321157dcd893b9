/** Reports the positions of a pointer while it drags an element. */

/** Points are CSS pixels from the top left corner of the window. Returns a function that removes the listeners. */
export function onDrag(
  element: HTMLElement,
  move: (point: { readonly x: number; readonly y: number }) => void,
): () => void {
  const down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    // Otherwise the map below would move too.
    event.stopPropagation();
  };
  const follow = (event: PointerEvent): void => {
    if (!element.hasPointerCapture(event.pointerId)) return;
    event.preventDefault();
    move({ x: event.clientX, y: event.clientY });
  };
  element.addEventListener('pointerdown', down);
  element.addEventListener('pointermove', follow);
  return () => {
    element.removeEventListener('pointerdown', down);
    element.removeEventListener('pointermove', follow);
  };
}
