/** On a phone the panel is a sheet that is dragged over the map. */
import { type ReadonlySignal, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { onDrag } from '../ui/on-drag.ts';

/** Shares of the window's height that the sheet covers. */
const SMALL = 0.32;
const LARGE = 0.86;
const MIDDLE = 0.55;

interface Sheet {
  readonly sheet: RefObject<HTMLElement | null>;
  readonly handle: RefObject<HTMLButtonElement | null>;
  readonly isLarge: ReadonlySignal<boolean>;
  readonly toggle: () => void;
}

export function useSheet(): Sheet {
  const sheet = useRef<HTMLElement>(null);
  const handle = useRef<HTMLButtonElement>(null);
  const share = useSignal(MIDDLE);
  const isLarge = useSignal(false);

  const show = (next: number): void => {
    share.value = next;
    isLarge.value = next > MIDDLE;
    sheet.current?.style.setProperty('--sheet', `${next * 100}dvh`);
  };
  useEffect(() => {
    if (!handle.current) return;
    show(MIDDLE);
    return onDrag(handle.current, ({ y }) => {
      show(Math.min(LARGE, Math.max(SMALL, 1 - y / window.innerHeight)));
    });
  }, []);
  return { sheet, handle, isLarge, toggle: () => show(isLarge.value ? SMALL : LARGE) };
}
