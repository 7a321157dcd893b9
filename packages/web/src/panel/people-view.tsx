/** Friend requests: asking, accepting, declining; and the friends there are. */
import type { Friend } from '@nearby-friends/client';
import { useSignal } from '@preact/signals';
import { Face } from '../look/face.tsx';
import type { Friendships } from '../people/friendships.ts';
import { isUserId, USER_ID_PATTERN } from '../session/user-id.ts';
import { language, texts } from '../texts/language.ts';
import { dayText } from '../texts/measures.ts';
import { problemText } from '../texts/problem-text.ts';
import type { Doing } from './doing.ts';

interface PeopleProps {
  readonly people: Friendships;
  readonly doing: Doing;
}

export function PeopleView({ people, doing }: PeopleProps) {
  const text = texts.value;
  const { incoming, outgoing } = people.requests.value;
  const friends = people.friends.value;
  return (
    <>
      {people.problem.value && (
        <p class="problem" role="alert">
          {problemText(people.problem.value, text)}
        </p>
      )}
      <AskForm people={people} doing={doing} />
      {incoming.length > 0 && <h2>{text.incomingHeading}</h2>}
      <ul class="people">
        {incoming.map(({ id, displayName }) => (
          <li key={id} class="person">
            <Face id={id} name={displayName} />
            <span class="person-text">
              <span class="person-name">{displayName}</span>
              {displayName !== id && <span class="person-more">{id}</span>}
            </span>
            <button
              type="button"
              class="button button-main button-small"
              aria-label={text.acceptOf(displayName)}
              onClick={() =>
                doing.run(
                  () => people.accept(id),
                  () => texts.value.accepted(displayName),
                )
              }
            >
              {text.accept}
            </button>
            <button
              type="button"
              class="button button-small"
              aria-label={text.declineOf(displayName)}
              onClick={() =>
                doing.run(
                  () => people.dismiss(id),
                  () => texts.value.declined(displayName),
                )
              }
            >
              {text.decline}
            </button>
          </li>
        ))}
      </ul>
      {outgoing.length > 0 && <h2>{text.outgoingHeading}</h2>}
      <ul class="people">
        {outgoing.map(({ id, since }) => (
          <li key={id} class="person">
            <Face id={id} name={id} />
            <span class="person-text">
              <span class="person-name">{id}</span>
              <span class="person-more">{text.since(dayText(since, language.value))}</span>
            </span>
            <button
              type="button"
              class="button button-small"
              aria-label={text.withdrawOf(id)}
              onClick={() =>
                doing.run(
                  () => people.dismiss(id),
                  () => texts.value.withdrawn(id),
                )
              }
            >
              {text.withdraw}
            </button>
          </li>
        ))}
      </ul>
      {friends.length > 0 && <h2>{text.friendsHeading}</h2>}
      <ul class="people">
        {friends.map((friend) => (
          <FriendRow key={friend.id} friend={friend} people={people} doing={doing} />
        ))}
      </ul>
    </>
  );
}

function AskForm({ people, doing }: PeopleProps) {
  const to = useSignal('');
  const text = texts.value;
  const submit = (event: Event): void => {
    event.preventDefault();
    const id = to.value.trim();
    if (!isUserId(id)) return;
    void doing
      .run(
        () => people.ask(id),
        () => texts.value.asked(id),
      )
      .then((isDone) => {
        if (isDone) to.value = '';
      });
  };
  return (
    <form class="ask" onSubmit={submit}>
      <label class="field field-wide">
        <span>{text.askHeading}</span>
        <input
          type="text"
          value={to.value}
          required
          pattern={USER_ID_PATTERN}
          maxLength={64}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          placeholder={text.askLabel}
          onInput={({ currentTarget }) => {
            to.value = currentTarget.value;
          }}
        />
      </label>
      <button type="submit" class="button button-main">
        {text.ask}
      </button>
    </form>
  );
}

function FriendRow({ friend: { id, displayName, since }, people, doing }: PeopleProps & { readonly friend: Friend }) {
  const isSure = useSignal(false);
  const text = texts.value;
  return (
    <li class="person">
      <Face id={id} name={displayName} />
      <span class="person-text">
        <span class="person-name">{displayName}</span>
        <span class="person-more">
          {isSure.value ? text.reallyRemove(displayName) : text.since(dayText(since, language.value))}
        </span>
      </span>
      <button
        type="button"
        class={isSure.value ? 'button button-small button-danger' : 'button button-small button-plain'}
        aria-label={isSure.value ? text.reallyRemove(displayName) : text.removeOf(displayName)}
        onClick={() => {
          if (isSure.value)
            void doing.run(
              () => people.endFriendship(id),
              () => texts.value.removed(displayName),
            );
          isSure.value = !isSure.value;
        }}
      >
        {text.remove}
      </button>
      {isSure.value && (
        <button
          type="button"
          class="button button-small"
          onClick={() => {
            isSure.value = false;
          }}
        >
          {text.cancel}
        </button>
      )}
    </li>
  );
}
