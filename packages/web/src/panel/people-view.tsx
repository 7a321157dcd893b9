/** The tab for friend requests and friends. */
import type { Friend } from '@nearby-friends/client';
import { useSignal } from '@preact/signals';
import type { Friendships } from '../people/friendships.ts';
import { requesterLabel } from '../people/lookalikes.ts';
import { isUserId, USER_ID_PATTERN } from '../session/is-user-id.ts';
import type { SignedIn } from '../session/session.ts';
import { language, texts } from '../texts/language.ts';
import { dayText } from '../texts/measures.ts';
import { problemText } from '../texts/problem-text.ts';
import { Face } from '../ui/face.tsx';
import type { ActionRunner } from './action-runner.ts';
import { InvitesSection } from './invites-section.tsx';
import { grantOf, OfferChoice, useOffer } from './offer-choice.tsx';
import { PersonId } from './person-id.tsx';
import { RemovableRow } from './removable-row.tsx';

interface PeopleProps {
  readonly people: Friendships;
  readonly actions: ActionRunner;
}

export function PeopleView({ signedIn, actions }: { readonly signedIn: SignedIn; readonly actions: ActionRunner }) {
  const { people, userId } = signedIn;
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
      <RequestForm people={people} userId={userId} actions={actions} />
      <InvitesSection signedIn={signedIn} actions={actions} />
      {incoming.length > 0 && <h2>{text.incomingHeading}</h2>}
      <ul class="people">
        {incoming.map((request) => (
          <IncomingRow key={request.id} request={request} people={people} actions={actions} />
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
                actions.run(
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
      {friends.length === 0 && people.profile.value !== null && (
        <div class="empty">
          <p class="empty-title">{text.noFriendsYet}</p>
          <p>{text.addFriendHint}</p>
        </div>
      )}
      {friends.length > 0 && <h2>{text.friendsHeading}</h2>}
      <ul class="people">
        {friends.map((friend) => (
          <FriendRow key={friend.id} friend={friend} signedIn={signedIn} actions={actions} />
        ))}
      </ul>
    </>
  );
}

function IncomingRow({ request, people, actions }: PeopleProps & { readonly request: Friend }) {
  const { id, displayName } = request;
  const label = requesterLabel(request);
  const offer = useOffer();
  const text = texts.value;
  return (
    <li class="request">
      <div class="person">
        <Face id={id} name={displayName} />
        <span class="person-text">
          <span class="person-name">{displayName}</span>
          <span class="person-more">
            <PersonId id={id} />
          </span>
        </span>
        <button
          type="button"
          class="button button-main button-small"
          aria-label={text.acceptOf(label)}
          onClick={() =>
            actions.run(
              () => people.accept(id, grantOf(offer)),
              () => texts.value.accepted(label),
            )
          }
        >
          {text.accept}
        </button>
        <button
          type="button"
          class="button button-small"
          aria-label={text.declineOf(label)}
          onClick={() =>
            actions.run(
              () => people.dismiss(id),
              () => texts.value.declined(label),
            )
          }
        >
          {text.decline}
        </button>
      </div>
      <OfferChoice offer={offer} label={text.willSee(label)} />
    </li>
  );
}

function RequestForm({ people, userId, actions }: PeopleProps & { readonly userId: string }) {
  const to = useSignal('');
  const offer = useOffer();
  const text = texts.value;
  const submit = (event: Event): void => {
    event.preventDefault();
    const id = to.value.trim();
    if (!isUserId(id)) return;
    void actions
      .run(
        () => people.sendRequest(id, grantOf(offer)),
        () => texts.value.requestSent,
      )
      .then((isDone) => {
        if (isDone) to.value = '';
      });
  };
  return (
    <form class="request-form" onSubmit={submit}>
      <label class="field field-wide">
        <span>{text.requestHeading}</span>
        <input
          type="text"
          value={to.value}
          required
          pattern={USER_ID_PATTERN}
          maxLength={64}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          placeholder={text.requestPlaceholder}
          onInput={({ currentTarget }) => {
            to.value = currentTarget.value;
          }}
        />
      </label>
      <button type="submit" class="button button-main">
        {text.sendRequest}
      </button>
      <OfferChoice offer={offer} label={text.theyWillSee} />
      <p class="small">{text.yourId(userId)}</p>
    </form>
  );
}

interface FriendRowProps {
  readonly friend: Friend;
  readonly signedIn: Pick<SignedIn, 'me' | 'nearby' | 'people' | 'status'>;
  readonly actions: ActionRunner;
}

function FriendRow({ friend: { id, displayName, since }, signedIn, actions }: FriendRowProps) {
  const { me, nearby, people, status } = signedIn;
  // Without an own place, or a connection, the list does not say who is near.
  const isKnown = me.source.value !== 'none' && status.value.kind === 'online';
  const isNear = nearby.list.value.some((friend) => friend.id === id);
  const label = people.labelOf(id);
  const text = texts.value;
  return (
    <RemovableRow
      faceOf={id}
      name={displayName}
      removeLabel={text.removeOf(label)}
      confirmation={text.reallyRemoveFriend(label)}
      remove={() =>
        void actions.run(
          () => people.endFriendship(id),
          () => texts.value.removed(label),
        )
      }
    >
      {people.isAlike(id) && <PersonId id={id} />}
      {isKnown && <span class={isNear ? 'chip chip-near' : 'chip'}>{isNear ? text.near : text.notNear}</span>}
      <span>{text.since(dayText(since, language.value))}</span>
    </RemovableRow>
  );
}
