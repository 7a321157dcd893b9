/** Shows whether sharing is on, with a button that pauses or resumes it. */
import { useSignal } from '@preact/signals';
import type { Friendships } from '../people/friendships.ts';
import { now } from '../state/now.ts';
import { language, texts } from '../texts/language.ts';
import { untilText } from '../texts/measures.ts';
import { Icon } from '../ui/icon.tsx';
import type { ActionRunner } from './action-runner.ts';
import { DURATION_CHOICES, type DurationChoice, expiryOf } from './duration-choice.ts';

export function SharingCard({ people, actions }: { readonly people: Friendships; readonly actions: ActionRunner }) {
  const end = useSignal<DurationChoice>('never');
  const text = texts.value;
  const { until } = people.sharing.value;
  const isPaused = people.isPausedAt(now.value);
  const count = people.viewers.value.filter(({ precision }) => precision !== 'hidden').length;
  const ends: Readonly<Record<DurationChoice, string>> = {
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
              actions.run(
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
                actions.run(
                  () => people.setPaused(true, expiryOf(end.value, Date.now())),
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
                end.value = currentTarget.value as DurationChoice;
              }}
            >
              {DURATION_CHOICES.map((choice) => (
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
