/** The round picture that stands for a person: letters on a colour of their own. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { colourOf, initialsOf } from './colour-of.ts';

export function Face({ id, name }: { readonly id: string; readonly name: string }) {
  const element = useRef<HTMLSpanElement>(null);
  // By script: the page's policy allows no style attributes.
  useLayoutEffect(() => {
    element.current?.style.setProperty('--person', colourOf(id));
  }, [id]);
  return (
    <span class="face" ref={element} aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}
