/** What the user will show to a future friend: chosen with the request, and with the acceptance. */
import type { Grant } from '@nearby-friends/client';
import { type Signal, useSignal } from '@preact/signals';
import { exactNow } from '../state/now.ts';
import { texts } from '../texts/language.ts';
import { DURATION_CHOICES, type DurationChoice, expiryOf } from './duration-choice.ts';

type Offered = 'exact' | 'approximate' | 'hidden';
const OFFERS: readonly Offered[] = ['exact', 'approximate', 'hidden'];

export interface Offer {
  readonly precision: Signal<Offered>;
  readonly duration: Signal<DurationChoice>;
}

export function useOffer(): Offer {
  return { precision: useSignal<Offered>('exact'), duration: useSignal<DurationChoice>('never') };
}

/** The grant as of now, when it is given. */
export function grantOf({ precision, duration }: Offer): Grant {
  const until = precision.value === 'hidden' ? null : expiryOf(duration.value, exactNow());
  return { precision: precision.value, until };
}

export function OfferChoice({ offer, label }: { readonly offer: Offer; readonly label: string }) {
  const text = texts.value;
  const { precision, duration } = offer;
  const names = { exact: text.choiceExact, approximate: text.choiceAbout, hidden: text.choiceHidden };
  const ends = { never: text.always, hour: text.oneHour, tonight: text.tonight };
  return (
    <fieldset class="offer" aria-label={label}>
      <span class="offer-label" aria-hidden="true">
        {label}
      </span>
      <select
        aria-label={label}
        value={precision.value}
        onChange={({ currentTarget }) => {
          precision.value = currentTarget.value as Offered;
        }}
      >
        {OFFERS.map((one) => (
          <option key={one} value={one}>
            {names[one]}
          </option>
        ))}
      </select>
      {precision.value !== 'hidden' && (
        <select
          aria-label={text.howLong}
          value={duration.value}
          onChange={({ currentTarget }) => {
            duration.value = currentTarget.value as DurationChoice;
          }}
        >
          {DURATION_CHOICES.map((one) => (
            <option key={one} value={one}>
              {ends[one]}
            </option>
          ))}
        </select>
      )}
    </fieldset>
  );
}
