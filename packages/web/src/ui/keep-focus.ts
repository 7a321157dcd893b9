/** Moves the focus to the next best element when the focused one goes away, so that a keyboard user is not sent to the top. */

const FOCUSABLE =
  'button:not(:disabled), input:not(:disabled), select:not(:disabled), summary, a[href], [tabindex]:not([tabindex="-1"])';

/** Call it once. */
export function startKeepingFocus(root: HTMLElement): void {
  /** The focused element, then its ancestors up to the root. */
  let path: readonly Element[] = [];
  let isPending = false;
  root.addEventListener('focusin', ({ target }) => {
    path = ancestorsOf(target as Element, root);
  });
  // A press on the background takes the focus away, and is meant to.
  document.addEventListener('pointerdown', () => {
    path = [];
  });
  const restore = (): void => {
    isPending = false;
    const { activeElement } = document;
    if (path.length === 0 || (activeElement !== null && activeElement !== document.body)) return;
    const [last] = path;
    // A button that is disabled during its own action gets the focus back afterwards.
    if (last?.isConnected && isShown(last)) (last as HTMLElement).focus();
    else firstOf(path, nearestIn)?.focus();
  };
  new MutationObserver(() => {
    if (isPending) return;
    isPending = true;
    // The browser takes the focus from a hidden or disabled element when it draws the next frame.
    requestAnimationFrame(() => requestAnimationFrame(restore));
  }).observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ['hidden', 'disabled'] });
}

function ancestorsOf(element: Element, root: HTMLElement): Element[] {
  const path: Element[] = [];
  for (let one: Element | null = element; one !== null && one !== root; one = one.parentElement) path.push(one);
  return path;
}

function isShown(element: Element): boolean {
  return element.getClientRects().length > 0;
}

/** The first control inside, or the part itself if it can be focused. */
function nearestIn(part: Element): HTMLElement | undefined {
  if (!part.isConnected || !isShown(part)) return undefined;
  const controls = [...part.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(isShown);
  return controls[0] ?? (part instanceof HTMLElement && part.hasAttribute('tabindex') ? part : undefined);
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
