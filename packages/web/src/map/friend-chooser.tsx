/** Asks which of several friends at one place of the map is meant. */
import type { Signal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { SignedIn } from '../session/session.ts';
import { language, texts } from '../texts/language.ts';
import { distanceText } from '../texts/measures.ts';
import { Face } from '../ui/face.tsx';
import { Icon } from '../ui/icon.tsx';

interface FriendChooserProps {
  readonly signedIn: SignedIn;
  /** The ids; empty if nothing is asked. */
  readonly choice: Signal<readonly string[]>;
}

export function FriendChooser({ signedIn, choice }: FriendChooserProps) {
  const { nearby, people } = signedIn;
  const ids = choice.value;
  // Nearest first. Friends who have left meanwhile are not offered.
  const friends = ids.length === 0 ? [] : nearby.list.value.filter(({ id }) => ids.includes(id));
  const isOpen = friends.length > 0;
  const list = useRef<HTMLUListElement>(null);
  const before = useRef<Element | null>(null);
  useLayoutEffect(() => {
    if (!isOpen) return;
    before.current = document.activeElement;
    list.current?.querySelector('button')?.focus();
  }, [ids, isOpen]);
  if (!isOpen) return null;
  const close = (): void => {
    if (before.current instanceof HTMLElement) before.current.focus();
    choice.value = [];
  };
  const text = texts.value;
  const title = text.friendsHere(friends.length);
  return (
    <div
      class="friend-chooser"
      role="dialog"
      aria-label={title}
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
      }}
    >
      <div class="friend-chooser-head">
        <span aria-hidden="true">{title}</span>
        <button type="button" class="dismiss" aria-label={text.dismiss} onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      <ul ref={list}>
        {friends.map(({ id, distance, precision }) => (
          <li key={id}>
            <button
              type="button"
              class="friend-chooser-button"
              onClick={() => {
                close();
                nearby.select(id);
              }}
            >
              <Face id={id} name={people.nameOf(id)} />
              <span>{people.labelOf(id)}</span>
              <span class="visually-hidden">, </span>
              <span class="distance">
                {precision === 'exact' ? '' : '~ '}
                {distanceText(distance, language.value)}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
