/** Follows one pointer from where it is pressed until it is let go. */

/** Points are pixels of the page, from the left top corner of the window. Returns the way to end it. */
export function onDrag(
  element: HTMLElement,
  move: (point: { readonly x: number; readonly y: number }) => void,
): () => void {
  const down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    // The map below would move, too.
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
