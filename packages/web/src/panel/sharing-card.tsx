/** Whether anybody sees me at all, and the way to pause that. */
import { useSignal } from '@preact/signals';
import { Icon } from '../look/icon.tsx';
import { now } from '../look/now.ts';
import type { Friendships } from '../people/friendships.ts';
import { language, texts } from '../texts/language.ts';
import { untilText } from '../texts/measures.ts';
import type { Doing } from './doing.ts';
import { END_CHOICES, type EndChoice, endOf } from './end-choice.ts';

export function SharingCard({ people, doing }: { readonly people: Friendships; readonly doing: Doing }) {
  const end = useSignal<EndChoice>('never');
  const text = texts.value;
  const { until } = people.sharing.value;
  const isPaused = people.isPausedAt(now.value);
  const count = people.viewers.value.filter(({ precision }) => precision !== 'hidden').length;
  const ends: Readonly<Record<EndChoice, string>> = {
    never: text.untilResumed,
    hour: text.oneHour,
    tonight: text.tonight,
  };
  const paused =
    until === null ? text.sharingPaused : text.sharingPausedUntil(untilText(until, language.value, now.value));
  return (
    <div class={isPaused ? 'sharing sharing-paused' : 'sharing'}>
      <p class="sharing-state">{isPaused ? paused : text.sharingOn}</p>
      <p class="sharing-hint">{isPaused ? text.sharingPausedHint : text.sharingOnHint(count)}</p>
      <div class="sharing-line">
        {isPaused ? (
          <button
            type="button"
            class="button button-main"
            onClick={() =>
              doing.run(
                () => people.setPaused(false, null),
                () => texts.value.resumed,
              )
            }
          >
            <Icon name="play" />
            {text.resume}
          </button>
        ) : (
          <>
            <button
              type="button"
              class="button button-main"
              onClick={() =>
                doing.run(
                  () => people.setPaused(true, endOf(end.value, Date.now())),
                  () => texts.value.paused,
                )
              }
            >
              <Icon name="pause" />
              {text.pause}
            </button>
            <select
              aria-label={text.pauseFor}
              value={end.value}
              onChange={({ currentTarget }) => {
                end.value = currentTarget.value as EndChoice;
              }}
            >
              {END_CHOICES.map((choice) => (
                <option key={choice} value={choice}>
                  {ends[choice]}
                </option>
              ))}
            </select>
          </>
        )}
      </div>
    </div>
  );
}
