/** The users whom the user has blocked, and a form that blocks another one. */
import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { BlockedPeople } from '../people/blocked-people.ts';
import { isUserId, USER_ID_PATTERN } from '../session/is-user-id.ts';
import type { SignedIn } from '../session/session.ts';
import { language, texts } from '../texts/language.ts';
import { dayText } from '../texts/measures.ts';
import { problemText } from '../texts/problem-text.ts';
import type { ActionRunner } from './action-runner.ts';
import { RemovableRow } from './removable-row.tsx';

interface BlockedSectionProps {
  readonly signedIn: Pick<SignedIn, 'connection' | 'people'>;
  readonly actions: ActionRunner;
}

export function BlockedSection({ signedIn, actions }: BlockedSectionProps) {
  const { connection, people } = signedIn;
  const blocked = useMemo(() => new BlockedPeople({ api: connection.api.blocks }), [connection]);
  const to = useSignal('');
  useEffect(() => void blocked.reload(), [blocked]);
  const text = texts.value;
  const problem = blocked.problem.value;
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const id = to.value.trim();
    if (!isUserId(id)) return;
    const isDone = await actions.run(
      () => blocked.block(id),
      () => texts.value.blocked(id),
    );
    if (isDone) to.value = '';
    // A block ends the friendship and drops requests.
    void people.reload();
  };
  return (
    <section class="devices" aria-labelledby="blocked-heading">
      <h2 id="blocked-heading">{text.blockedHeading}</h2>
      <p class="small">{text.blockedHint}</p>
      {problem && (
        <p class="problem" role="alert">
          {problemText(problem, text)}
        </p>
      )}
      {blocked.list.value?.length === 0 && <p class="empty">{text.noBlocked}</p>}
      <ul class="people">
        {blocked.list.value?.map(({ id, since }) => (
          <RemovableRow
            key={id}
            faceOf={id}
            name={id}
            action={text.unblock}
            removeLabel={text.unblockOf(id)}
            confirmation={text.reallyUnblock(id)}
            remove={() =>
              void actions.run(
                () => blocked.unblock(id),
                () => texts.value.unblocked(id),
              )
            }
          >
            {text.since(dayText(since, language.value))}
          </RemovableRow>
        ))}
      </ul>
      <form class="request-form" onSubmit={(event) => void submit(event)}>
        <label class="field">
          <span>{text.blockSomeone}</span>
          <input
            type="text"
            required
            pattern={USER_ID_PATTERN}
            maxLength={64}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            placeholder={text.theirId}
            value={to.value}
            onInput={({ currentTarget }) => {
              to.value = currentTarget.value;
            }}
          />
        </label>
        <button type="submit" class="button">
          {text.block}
        </button>
      </form>
    </section>
  );
}
