/** Shows whether sharing is on, with a button that pauses or resumes it. */
import { useSignal } from '@preact/signals';
import type { Friendships } from '../people/friendships.ts';
import { isVisible } from '../people/visible-grant.ts';
import { exactNow, now } from '../state/now.ts';
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
  // The state after its end has no end of its own.
  const endsAt = until !== null && until > now.value ? until : null;
  const count = people.viewers.value.filter((viewer) => isVisible(viewer, now.value)).length;
  const ends: Readonly<Record<DurationChoice, string>> = {
    never: text.untilResumed,
    hour: text.oneHour,
    tonight: text.tonight,
  };
  const paused =
    endsAt === null ? text.sharingPaused : text.sharingPausedUntil(untilText(endsAt, language.value, now.value));
  const visible = endsAt === null ? text.sharingOn : text.sharingOnUntil(untilText(endsAt, language.value, now.value));
  // To say "0 people can see you" sounds as if all were well.
  const isAlone = !isPaused && count === 0;
  return (
    <div class={isPaused ? 'sharing sharing-paused' : 'sharing'}>
      <p class="sharing-state">{isPaused ? paused : isAlone ? text.sharingOnAlone : visible}</p>
      {!isAlone && <p class="sharing-hint">{isPaused ? text.sharingPausedHint : text.sharingOnHint(count)}</p>}
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
                  () => people.setPaused(true, expiryOf(end.value, exactNow())),
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
