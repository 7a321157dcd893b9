/** The round avatar of a user: initials on the user's colour. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { colourOf, initialsOf } from './colour-of.ts';

export function Face({ id, name }: { readonly id: string; readonly name: string }) {
  const element = useRef<HTMLSpanElement>(null);
  // Set by script, because the content security policy forbids style attributes.
  useLayoutEffect(() => {
    element.current?.style.setProperty('--person', colourOf(id));
  }, [id]);
  return (
    <span class="face" ref={element} aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}
