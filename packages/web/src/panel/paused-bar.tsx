/** Says in every tab that sharing is paused, and resumes it. */
import type { SignedIn } from '../session/session.ts';
import { now } from '../state/now.ts';
import { language, texts } from '../texts/language.ts';
import { untilText } from '../texts/measures.ts';
import type { ActionRunner } from './action-runner.ts';

interface PausedBarProps {
  readonly people: SignedIn['people'];
  readonly actions: ActionRunner;
}

export function PausedBar({ people, actions }: PausedBarProps) {
  if (!people.isPausedAt(now.value)) return null;
  const text = texts.value;
  const { until } = people.sharing.value;
  const isEnding = until !== null && until > now.value;
  return (
    <div class="paused-bar">
      <span>
        {isEnding ? text.sharingPausedUntil(untilText(until, language.value, now.value)) : text.sharingPaused}
      </span>
      <button
        type="button"
        class="button button-small"
        onClick={() =>
          actions.run(
            () => people.setPaused(false, null),
            () => texts.value.resumed,
          )
        }
      >
        {text.resume}
      </button>
    </div>
  );
}
