/** The form for one viewer's grant: precision and duration. */
import type { Grant, Viewer } from '@nearby-friends/client';
import { texts } from '../texts/language.ts';
import { DURATION_CHOICES, type DurationChoice, expiryOf } from './duration-choice.ts';

const PRECISIONS = ['exact', 'approximate', 'hidden'] as const;

export function GrantChoice({ viewer, set }: { readonly viewer: Viewer; readonly set: (grant: Grant) => void }) {
  const text = texts.value;
  const { displayName, precision, until } = viewer;
  const names = { exact: text.choiceExact, approximate: text.choiceAbout, hidden: text.choiceHidden };
  const ends: Readonly<Record<DurationChoice, string>> = {
    never: text.always,
    hour: text.oneHour,
    tonight: text.tonight,
  };
  return (
    <div class="grant">
      <fieldset class="segments" aria-label={text.sees(displayName)}>
        {PRECISIONS.map((one) => (
          <button
            key={one}
            type="button"
            class="segment"
            aria-pressed={precision === one}
            onClick={() => set({ precision: one, until: one === 'hidden' ? null : until })}
          >
            {names[one]}
          </button>
        ))}
      </fieldset>
      {precision !== 'hidden' && (
        <fieldset class="ends" aria-label={text.howLongFor(displayName)}>
          {DURATION_CHOICES.map((one) => (
            <button
              key={one}
              type="button"
              class="chip-button"
              aria-pressed={one === 'never' ? until === null : undefined}
              onClick={() => set({ precision, until: expiryOf(one, Date.now()) })}
            >
              {ends[one]}
            </button>
          ))}
        </fieldset>
      )}
    </div>
  );
}
