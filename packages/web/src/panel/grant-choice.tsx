/** The form for one viewer's grant: precision and duration. */
import type { Grant } from '@nearby-friends/client';
import { renewedEnd } from '../people/visible-grant.ts';
import { exactNow } from '../state/now.ts';
import { texts } from '../texts/language.ts';
import { DURATION_CHOICES, type DurationChoice, expiryOf } from './duration-choice.ts';

const PRECISIONS = ['exact', 'approximate', 'hidden'] as const;

interface GrantChoiceProps {
  /** Who the viewer is. */
  readonly label: string;
  /** What the user has chosen last: the server may not have confirmed it yet. */
  readonly chosen: Grant;
  /** What the viewer saw before the user hid, if that is known. */
  readonly before: Grant | undefined;
  readonly set: (grant: Grant) => void;
}

export function GrantChoice({ label, chosen, before, set }: GrantChoiceProps) {
  const text = texts.value;
  const { precision } = chosen;
  // A choice of the precision keeps the end.
  const until = precision === 'hidden' ? (before?.until ?? null) : chosen.until;
  const names = { exact: text.choiceExact, approximate: text.choiceAbout, hidden: text.choiceHidden };
  const ends: Readonly<Record<DurationChoice, string>> = {
    never: text.always,
    hour: text.oneHour,
    tonight: text.tonight,
  };
  return (
    <div class="grant">
      <fieldset class="segments" aria-label={text.sees(label)}>
        {PRECISIONS.map((one) => (
          <button
            key={one}
            type="button"
            class="segment"
            aria-pressed={precision === one}
            onClick={() => set({ precision: one, until: one === 'hidden' ? null : renewedEnd(until, exactNow()) })}
          >
            {names[one]}
          </button>
        ))}
      </fieldset>
      {precision !== 'hidden' && (
        <fieldset class="ends" aria-label={text.howLongFor(label)}>
          {DURATION_CHOICES.map((one) => (
            <button
              key={one}
              type="button"
              class="chip-button"
              aria-pressed={one === 'never' ? until === null : undefined}
              onClick={() => set({ precision, until: expiryOf(one, exactNow()) })}
            >
              {ends[one]}
            </button>
          ))}
        </fieldset>
      )}
    </div>
  );
}
